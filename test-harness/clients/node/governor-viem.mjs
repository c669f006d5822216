// Drives a whole proposal through viem. Usage: node governor-viem.mjs RPC-URL GOVERNOR; see governor.mjs.

import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createWalletClient, decodeErrorResult, defineChain, encodeFunctionData, http,
  keccak256, parseEventLogs, toHex,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { MNEMONIC, run, target } from "./expect.mjs";
import { GOVERNOR, TIMELOCK, proposal } from "./governor.mjs";

const { url, token: governor } = target();
const probe = createPublicClient({ transport: http(url) });
const chain = defineChain({
  id: await probe.getChainId(),
  name: "local",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const reader = createPublicClient({ chain, transport: http(url), pollingInterval: 20, cacheTime: 0 });
const accounts = Array.from({ length: 10 }, (_, addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex }));
const abi = [...GOVERNOR, ...TIMELOCK];

/** viem gives small integers as numbers. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "number" ? BigInt(value) : value;
}

/** viem gives the values of an event by name. */
function ordered({ eventName, args }) {
  const event = abi.find((entry) => entry.type === "event" && entry.name === eventName);
  return [eventName, ...event.inputs.map((input, index) => plain(args[input.name] ?? args[index]))];
}

const client = {
  address: (account) => accounts[account].address,
  encode: (abi, functionName, args) => encodeFunctionData({ abi, functionName, args }),
  hash: (text) => keccak256(toHex(text)),
  rpc: (method, params) => reader.request({ method, params }),
  sign: (account, domain, types, message) =>
    accounts[account].signTypedData({ domain, types, primaryType: Object.keys(types)[0], message }),
  read: async ({ address, abi }, functionName, args) => plain(await reader.readContract({ address, abi, functionName, args })),
  async send(account, { address, abi: own }, functionName, args) {
    const wallet = createWalletClient({ account: accounts[account], chain, transport: http(url) });
    const hash = await wallet.writeContract({ address, abi: own, functionName, args, gas: 5_000_000n });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${functionName} failed in ${hash}`);
    return parseEventLogs({ abi, logs: receipt.logs, strict: true }).map(ordered);
  },
  async refusal(account, { address, abi: own }, functionName, args) {
    try {
      await reader.simulateContract({ account: accounts[account], address, abi: own, functionName, args });
    } catch (error) {
      const revert = error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
      if (revert?.raw) {
        const { errorName, args } = decodeErrorResult({ abi, data: revert.raw });
        return [errorName, ...plain(args ?? [])];
      }
      throw new Error(`${functionName}: the error was not decoded: ${error.message}`);
    }
    throw new Error(`${functionName} succeeded, and has to be refused`);
  },
};

await run("viem", proposal(client, governor));
