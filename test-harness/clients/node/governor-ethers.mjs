// Drives a whole proposal through ethers v6. Usage: node governor-ethers.mjs RPC-URL GOVERNOR; see governor.mjs.

import { Contract, HDNodeWallet, Interface, JsonRpcProvider, id } from "ethers";
import { MNEMONIC, run, target } from "./expect.mjs";
import { GOVERNOR, TIMELOCK, proposal } from "./governor.mjs";

const { url, token: governor } = target();
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 20 });
const wallets = Array.from({ length: 10 }, (_, index) =>
  HDNodeWallet.fromPhrase(MNEMONIC, "", `m/44'/60'/0'/0/${index}`).connect(provider));
const known = [new Interface(GOVERNOR), new Interface(TIMELOCK)];
const plain = (value) => (value?.toArray ? value.toArray().map(plain) : value);
const contract = ({ address, abi }, account) => new Contract(address, abi, account === undefined ? provider : wallets[account]);

const client = {
  address: (account) => wallets[account].address,
  encode: (abi, name, args) => new Interface(abi).encodeFunctionData(name, args),
  hash: id,
  rpc: (method, params) => provider.send(method, params),
  sign: (account, domain, types, message) => wallets[account].signTypedData(domain, types, message),
  read: async (target, name, args) => plain(await contract(target)[name](...args)),
  async send(account, target, name, args) {
    const sent = await contract(target, account)[name](...args, { gasLimit: 5_000_000n });
    const receipt = await sent.wait();
    const parse = (log) => known.map((abi) => abi.parseLog(log)).find((event) => event);
    return receipt.logs.map(parse).map((event) => [event.name, ...event.args.toArray().map(plain)]);
  },
  async refusal(account, target, name, args) {
    const from = contract(target, account);
    try {
      await from[name].staticCall(...args);
    } catch (error) {
      const revert = known.map((abi) => error.data && abi.parseError(error.data)).find((parsed) => parsed);
      if (revert) return [revert.name, ...revert.args.toArray().map(plain)];
      throw new Error(`${name}: the error was not decoded: ${error.message}`);
    }
    throw new Error(`${name} succeeded, and has to be refused`);
  },
};

await run("ethers v6", proposal(client, governor));
