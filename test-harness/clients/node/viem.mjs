// Drives the token through viem: its ABI coder, its EIP-712 code, its transactions, simulation, filters and subscriptions.
// Usage: node viem.mjs RPC-URL TOKEN. Account 0 of the test mnemonic must hold tokens. Exits with 1 and a sentence on any mismatch.

import { randomBytes } from "node:crypto";
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createWalletClient, defineChain, getContract, http, parseAbi, parseEventLogs,
  parseSignature, toHex, webSocket, zeroAddress,
} from "viem";
import { generatePrivateKey, mnemonicToAccount, privateKeyToAddress } from "viem/accounts";
import { MNEMONIC, run, same, target, within } from "./expect.mjs";

const abi = parseAbi([
  "function name() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function nonces(address owner) view returns (uint256)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
  "function clock() view returns (uint48)",
  "function getVotes(address account) view returns (uint256)",
  "function delegates(address account) view returns (address)",
  "function numCheckpoints(address account) view returns (uint32)",
  "struct Checkpoint { uint48 key; uint208 value; }",
  "function checkpoints(address account, uint32 pos) view returns (Checkpoint)",
  "function authorizationState(address authorizer, bytes32 nonce) view returns (bool)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function approve(address spender, uint256 value) returns (bool)",
  "function transferFrom(address from, address to, uint256 value) returns (bool)",
  "function burn(uint256 value)",
  "function delegate(address delegatee)",
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
  "function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature)",
  "function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event Approval(address indexed owner, address indexed spender, uint256 value)",
  "event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate)",
  "event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
  "error ERC2612InvalidSigner(address signer, address owner)",
  "error ERC3009InvalidSignature()",
  "error ERC3009InvalidAuthorizationTime(uint256 validAfter, uint256 validBefore)",
  "error ERC3009UsedAuthorization(address authorizer, bytes32 nonce)",
]);
const PERMIT = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];
const AUTHORIZATION = [
  { name: "from", type: "address" },
  { name: "to", type: "address" },
  { name: "value", type: "uint256" },
  { name: "validAfter", type: "uint256" },
  { name: "validBefore", type: "uint256" },
  { name: "nonce", type: "bytes32" },
];

const { url, socketUrl, token: address } = target();
const probe = createPublicClient({ transport: http(url) });
const chain = defineChain({
  id: await probe.getChainId(),
  name: "local",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url], webSocket: [socketUrl] } },
});
const reader = createPublicClient({ chain, transport: http(url, { batch: true }), pollingInterval: 20 });
const account = (index) => mnemonicToAccount(MNEMONIC, { addressIndex: index });
const [holder, spender, relayer] = [account(0), account(1), account(2)];
const fresh = () => privateKeyToAddress(generatePrivateKey());
const token = getContract({ address, abi, client: reader });

/** Simulates and sends from `from`; the result is the return value and the token's events as [name, arguments]. */
async function act(from, functionName, args) {
  const { request, result } = await reader.simulateContract({ address, abi, functionName, args, account: from });
  const wallet = createWalletClient({ account: from, chain, transport: http(url) });
  // A checkpoint is cheaper in the second of the last one, which is when a node without a pending block estimates.
  const gas = ((await reader.estimateContractGas({ address, abi, functionName, args, account: from })) * 3n) / 2n;
  const receipt = await reader.waitForTransactionReceipt({ hash: await wallet.writeContract({ ...request, gas }) });
  same(`${functionName} status`, receipt.status, "success");
  const events = parseEventLogs({ abi, logs: receipt.logs, strict: true }).map((log) => [log.eventName, log.args]);
  return { result, events, receipt };
}

/** The name and arguments of the custom error that a call ends with. */
async function refusal(from, functionName, args) {
  try {
    await reader.simulateContract({ address, abi, functionName, args, account: from });
  } catch (error) {
    const reverted = error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (reverted?.data) return [reverted.data.errorName, ...(reverted.data.args ?? [])];
    throw error;
  }
  throw new Error(`${functionName} succeeded and has to be refused`);
}

async function domain() {
  // viem reads ERC-5267 itself.
  const { domain, fields } = await reader.getEip712Domain({ address });
  same("ERC-5267 fields", fields, "0x0f");
  return { name: domain.name, version: domain.version, chainId: domain.chainId, verifyingContract: domain.verifyingContract };
}

async function soon() {
  return BigInt(await token.read.clock()) + 3600n;
}

async function metadata() {
  same("name", await token.read.name(), "OmniTensor");
  same("decimals", await token.read.decimals(), 18);
  same("chain id", (await domain()).chainId, chain.id);
}

async function transfer() {
  const receiver = fresh();
  const before = await token.read.balanceOf([holder.address]);
  const { result, events, receipt } = await act(holder, "transfer", [receiver, 10n ** 18n]);
  same("transfer returns", result, true);
  same("transfer events", events[0], ["Transfer", { from: holder.address, to: receiver, value: 10n ** 18n }]);
  same("balances", [await token.read.balanceOf([receiver]), await token.read.balanceOf([holder.address])], [10n ** 18n, before - 10n ** 18n]);
  const past = await reader.getContractEvents({ address, abi, eventName: "Transfer", args: { to: receiver }, fromBlock: 0n, strict: true });
  same("transfer found again", past.map((log) => [log.args.value, log.transactionHash]), [[10n ** 18n, receipt.transactionHash]]);
}

async function refusals() {
  const balance = await token.read.balanceOf([spender.address]);
  const overdrawn = await refusal(spender, "transfer", [holder.address, balance + 1n]);
  same("balance refusal", overdrawn, ["ERC20InsufficientBalance", spender.address, balance, balance + 1n]);
  same("zero refusal", await refusal(holder, "transfer", [zeroAddress, 1n]), ["ERC20InvalidReceiver", zeroAddress]);
}

async function permit() {
  const nonce = await token.read.nonces([holder.address]);
  const message = { owner: holder.address, spender: spender.address, value: 321n, nonce, deadline: await soon() };
  const signature = await holder.signTypedData({ domain: await domain(), types: { Permit: PERMIT }, primaryType: "Permit", message });
  const { v, r, s } = parseSignature(signature);
  const args = [message.owner, message.spender, message.value, message.deadline, Number(v), r, s];
  const { events } = await act(relayer, "permit", args);
  same("permit events", events, [["Approval", { owner: holder.address, spender: spender.address, value: 321n }]]);
  same("allowance granted", await token.read.allowance([holder.address, spender.address]), 321n);
  const replayed = await refusal(relayer, "permit", args);
  same("replay refused", [replayed[0], replayed[2]], ["ERC2612InvalidSigner", holder.address]);
  await act(spender, "transferFrom", [holder.address, fresh(), 321n]);
  same("allowance spent", await token.read.allowance([holder.address, spender.address]), 0n);
}

async function sign(primaryType, message) {
  return holder.signTypedData({ domain: await domain(), types: { [primaryType]: AUTHORIZATION }, primaryType, message });
}

async function authorization() {
  const message = { from: holder.address, to: fresh(), value: 55n, validAfter: 0n, validBefore: await soon(), nonce: toHex(randomBytes(32)) };
  const args = [...Object.values(message), await sign("TransferWithAuthorization", message)];
  const { events } = await act(relayer, "transferWithAuthorization", args);
  same("authorized transfer", events.slice(0, 2), [
    ["AuthorizationUsed", { authorizer: holder.address, nonce: message.nonce }],
    ["Transfer", { from: holder.address, to: message.to, value: 55n }],
  ]);
  same("authorization used", await token.read.authorizationState([holder.address, message.nonce]), true);
  const replayed = await refusal(relayer, "transferWithAuthorization", args);
  same("authorization replayed", replayed, ["ERC3009UsedAuthorization", holder.address, message.nonce]);
  const forged = await refusal(relayer, "transferWithAuthorization", [args[0], args[1], 56n, ...args.slice(3)]);
  same("authorization forged", forged, ["ERC3009InvalidSignature"]);
}

async function received() {
  const message = { from: holder.address, to: spender.address, value: 8n, validAfter: 0n, validBefore: await soon(), nonce: toHex(randomBytes(32)) };
  const { v, r, s } = parseSignature(await sign("ReceiveWithAuthorization", message));
  const args = [...Object.values(message), Number(v), r, s];
  same("a stranger delivers", await refusal(relayer, "receiveWithAuthorization", args), ["ERC20InvalidReceiver", spender.address]);
  const { events } = await act(spender, "receiveWithAuthorization", args);
  same("received", events[0], ["AuthorizationUsed", { authorizer: holder.address, nonce: message.nonce }]);
  const late = { ...message, validBefore: 1n, nonce: toHex(randomBytes(32)) };
  const signature = parseSignature(await sign("ReceiveWithAuthorization", late));
  const refused = await refusal(spender, "receiveWithAuthorization", [...Object.values(late), Number(signature.v), signature.r, signature.s]);
  same("late authorization", refused, ["ERC3009InvalidAuthorizationTime", 0n, 1n]);
}

async function votes() {
  const delegatee = fresh();
  const weight = await token.read.balanceOf([holder.address]);
  const before = await token.read.delegates([holder.address]);
  const { events } = await act(holder, "delegate", [delegatee]);
  same("delegation", events[0], ["DelegateChanged", { delegator: holder.address, fromDelegate: before, toDelegate: delegatee }]);
  same("votes gained", events.at(-1), ["DelegateVotesChanged", { delegate: delegatee, previousVotes: 0n, newVotes: weight }]);
  same("votes", await token.read.getVotes([delegatee]), weight);
  const supply = await token.read.totalSupply();
  await act(holder, "burn", [4n]);
  same("supply falls", await token.read.totalSupply(), supply - 4n);
  const count = await token.read.numCheckpoints([delegatee]);
  const last = await token.read.checkpoints([delegatee, count - 1]);
  same("last checkpoint", last.value, weight - 4n);
}

async function subscription() {
  const sockets = createPublicClient({ chain, transport: webSocket(socketUrl) });
  const receiver = fresh();
  let stop;
  const heard = new Promise((resolve, reject) => {
    stop = sockets.watchContractEvent({ address, abi, eventName: "Transfer", args: { to: receiver }, onLogs: resolve, onError: reject });
  });
  await sockets.getBlockNumber();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await act(holder, "transfer", [receiver, 6n]);
  const logs = await within(10_000, "subscription", heard);
  same("transfer heard", logs.map((log) => log.args), [{ from: holder.address, to: receiver, value: 6n }]);
  stop();
}

await run("viem", [metadata, transfer, refusals, permit, authorization, received, votes, subscription]);
