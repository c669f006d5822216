// Drives the token through ethers v6: its ABI coder, its EIP-712 code, its transactions, filters and subscriptions.
// Usage: node ethers.mjs RPC-URL TOKEN. Account 0 of the test mnemonic must hold tokens. Exits with 1 and a sentence on any mismatch.

import { Contract, HDNodeWallet, JsonRpcProvider, Signature, WebSocketProvider, ZeroAddress, hexlify, parseUnits, randomBytes } from "ethers";
import { MNEMONIC, run, same, target, within } from "./expect.mjs";

const ABI = [
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address,address) view returns (uint256)",
  "function nonces(address) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
  "function clock() view returns (uint48)",
  "function CLOCK_MODE() view returns (string)",
  "function getVotes(address) view returns (uint256)",
  "function getPastVotes(address,uint256) view returns (uint256)",
  "function delegates(address) view returns (address)",
  "function authorizationState(address,bytes32) view returns (bool)",
  "function transfer(address,uint256) returns (bool)",
  "function approve(address,uint256) returns (bool)",
  "function transferFrom(address,address,uint256) returns (bool)",
  "function burn(uint256)",
  "function delegate(address)",
  "function delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)",
  "function permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
  "function permit(address,address,uint256,uint256,bytes)",
  "function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
  "function cancelAuthorization(address,bytes32,bytes)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event Approval(address indexed owner, address indexed spender, uint256 value)",
  "event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate)",
  "event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
  "event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
  "error ERC2612ExpiredSignature(uint256 deadline)",
  "error ERC2612InvalidSigner(address signer, address owner)",
  "error ERC3009UsedAuthorization(address authorizer, bytes32 nonce)",
  "error InvalidAccountNonce(address account, uint256 currentNonce)",
];
const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
const DELEGATION = {
  Delegation: [
    { name: "delegatee", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
};
const TRANSFER_WITH_AUTHORIZATION = {
  TransferWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};
const CANCEL_AUTHORIZATION = {
  CancelAuthorization: [
    { name: "authorizer", type: "address" },
    { name: "nonce", type: "bytes32" },
  ],
};

const { url, socketUrl, token: address } = target();
// Without a cache: a nonce from before the last transaction is useless.
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 20 });
// A checkpoint is cheaper in the second of the last one, which is when a node without a pending block estimates.
const estimate = provider.estimateGas.bind(provider);
provider.estimateGas = async (transaction) => ((await estimate(transaction)) * 3n) / 2n;
const wallet = (index) => HDNodeWallet.fromPhrase(MNEMONIC, "", `m/44'/60'/0'/0/${index}`).connect(provider);
const [holder, spender, relayer] = [wallet(0), wallet(1), wallet(2)];
const fresh = () => HDNodeWallet.createRandom().address;
const token = new Contract(address, ABI, holder);
const as = (signer) => token.connect(signer);
const permitRsv = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)";
const permitBytes = "permit(address,address,uint256,uint256,bytes)";

/** Sends, waits, and returns the token's events as [name, ...arguments]. */
async function events(sent) {
  const receipt = await (await sent).wait();
  same("receipt status", receipt.status, 1);
  return receipt.logs.map((log) => token.interface.parseLog(log)).map((event) => [event.name, ...event.args]);
}

/** The name and arguments of the custom error that a call ends with. */
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    // Only calls are decoded by the contract object; an estimate leaves the data to us.
    const revert = error.revert ?? (error.data && token.interface.parseError(error.data));
    if (revert) return [revert.name, ...revert.args];
    throw new Error(`the error was not decoded: ${error.message}`);
  }
  throw new Error("a call succeeded that has to be refused");
}

async function domain() {
  const told = await token.eip712Domain();
  same("ERC-5267 fields", told.fields, "0x0f");
  return { name: told.name, version: told.version, chainId: told.chainId, verifyingContract: told.verifyingContract };
}

async function soon() {
  return (await token.clock()) + 3600n;
}

async function metadata() {
  same("name", await token.name(), "OmniTensor");
  same("symbol", await token.symbol(), "OMNIT");
  same("decimals", await token.decimals(), 18n);
  same("clock mode", await token.CLOCK_MODE(), "mode=timestamp");
  same("code is there", (await provider.getCode(address)) !== "0x", true);
}

async function transfer() {
  const receiver = fresh();
  const amount = parseUnits("12.5", 18);
  const before = await token.balanceOf(holder.address);
  same("transfer returns", await token.transfer.staticCall(receiver, amount), true);
  same("transfer events", await events(token.transfer(receiver, amount)), [["Transfer", holder.address, receiver, amount]]);
  same("receiver's balance", await token.balanceOf(receiver), amount);
  same("sender's balance", await token.balanceOf(holder.address), before - amount);
  const past = await token.queryFilter(token.filters.Transfer(null, receiver), 0, "latest");
  same("transfer found again", past.map((log) => log.args.value), [amount]);
}

async function allowance() {
  const receiver = fresh();
  same("approve events", await events(token.approve(spender.address, 70n)), [["Approval", holder.address, spender.address, 70n]]);
  const spent = await events(as(spender).transferFrom(holder.address, receiver, 30n));
  same("transferFrom events", spent, [["Transfer", holder.address, receiver, 30n]]);
  same("allowance left", await token.allowance(holder.address, spender.address), 40n);
  const refused = await refusal(as(spender).transferFrom.staticCall(holder.address, receiver, 41n));
  same("allowance refusal", refused, ["ERC20InsufficientAllowance", spender.address, 40n, 41n]);
}

async function refusals() {
  const poor = fresh();
  const call = token.transferFrom.staticCall(poor, holder.address, 0n, { from: holder.address });
  same("a transfer of nothing", await call, true);
  const overdrawn = (await token.balanceOf(spender.address)) + 1n;
  const balance = await refusal(as(spender).transfer.staticCall(poor, overdrawn));
  same("balance refusal", balance, ["ERC20InsufficientBalance", spender.address, overdrawn - 1n, overdrawn]);
  same("zero refusal", await refusal(token.transfer.estimateGas(ZeroAddress, 1n)), ["ERC20InvalidReceiver", ZeroAddress]);
}

async function permit() {
  const nonce = await token.nonces(holder.address);
  const message = { owner: holder.address, spender: spender.address, value: 123n, nonce, deadline: await soon() };
  const signature = Signature.from(await holder.signTypedData(await domain(), PERMIT, message));
  const args = [message.owner, message.spender, message.value, message.deadline];
  const expected = [["Approval", holder.address, spender.address, 123n]];
  same("permit events", await events(as(relayer)[permitRsv](...args, signature.v, signature.r, signature.s)), expected);
  same("nonce used", await token.nonces(holder.address), nonce + 1n);
  same("allowance granted", await token.allowance(holder.address, spender.address), 123n);
  const replayed = await refusal(as(relayer)[permitRsv].staticCall(...args, signature.v, signature.r, signature.s));
  same("replay refused", [replayed[0], replayed[2]], ["ERC2612InvalidSigner", holder.address]);
  const expired = await refusal(as(relayer)[permitBytes].staticCall(...args.slice(0, 3), 1n, signature.serialized));
  same("late permit refused", expired, ["ERC2612ExpiredSignature", 1n]);
}

async function permitInBytes() {
  const nonce = await token.nonces(holder.address);
  const message = { owner: holder.address, spender: spender.address, value: 5n, nonce, deadline: await soon() };
  const signature = await holder.signTypedData(await domain(), PERMIT, message);
  const sent = as(relayer)[permitBytes](message.owner, message.spender, message.value, message.deadline, signature);
  same("permit in bytes", await events(sent), [["Approval", holder.address, spender.address, 5n]]);
}

async function authorization() {
  const receiver = fresh();
  const nonce = hexlify(randomBytes(32));
  const message = { from: holder.address, to: receiver, value: 77n, validAfter: 0n, validBefore: await soon(), nonce };
  const { v, r, s } = Signature.from(await holder.signTypedData(await domain(), TRANSFER_WITH_AUTHORIZATION, message));
  const args = [...Object.values(message), v, r, s];
  const expected = [
    ["AuthorizationUsed", holder.address, nonce],
    ["Transfer", holder.address, receiver, 77n],
  ];
  same("authorized transfer", await events(as(relayer).transferWithAuthorization(...args)), expected);
  same("authorization used", await token.authorizationState(holder.address, nonce), true);
  const replayed = await refusal(as(relayer).transferWithAuthorization.staticCall(...args));
  same("authorization replayed", replayed, ["ERC3009UsedAuthorization", holder.address, nonce]);
}

async function cancellation() {
  const message = { authorizer: holder.address, nonce: hexlify(randomBytes(32)) };
  const signature = await holder.signTypedData(await domain(), CANCEL_AUTHORIZATION, message);
  const sent = as(relayer).cancelAuthorization(message.authorizer, message.nonce, signature);
  same("cancellation", await events(sent), [["AuthorizationCanceled", holder.address, message.nonce]]);
}

async function votes() {
  const delegatee = fresh();
  const before = await token.delegates(holder.address);
  const weight = await token.balanceOf(holder.address);
  const delegated = await events(token.delegate(delegatee));
  same("delegation", delegated[0], ["DelegateChanged", holder.address, before, delegatee]);
  same("votes gained", delegated.at(-1), ["DelegateVotesChanged", delegatee, 0n, weight]);
  same("votes", await token.getVotes(delegatee), weight);
  same("votes before", await token.getPastVotes(delegatee, (await token.clock()) - 1n), 0n);
  const moved = await events(token.transfer(relayer.address, 1n));
  same("votes follow a transfer", moved[1], ["DelegateVotesChanged", delegatee, weight, weight - 1n]);
}

async function votesBySignature() {
  const message = { delegatee: fresh(), nonce: await token.nonces(holder.address), expiry: await soon() };
  const { v, r, s } = Signature.from(await holder.signTypedData(await domain(), DELEGATION, message));
  const args = [...Object.values(message), v, r, s];
  const delegated = await events(as(relayer).delegateBySig(...args));
  same("delegation by signature", [delegated[0][0], delegated[0][1], delegated[0][3]], ["DelegateChanged", holder.address, message.delegatee]);
  const replayed = await refusal(as(relayer).delegateBySig.staticCall(...args));
  same("delegation replayed", replayed, ["InvalidAccountNonce", holder.address, message.nonce + 1n]);
}

async function burning() {
  const supply = await token.totalSupply();
  const burned = await events(token.burn(9n));
  same("burn", burned[0], ["Transfer", holder.address, ZeroAddress, 9n]);
  same("supply falls", await token.totalSupply(), supply - 9n);
}

async function subscription() {
  const sockets = new WebSocketProvider(socketUrl);
  const receiver = fresh();
  const listening = new Contract(address, ABI, sockets);
  const heard = new Promise((resolve) => {
    listening.on(listening.filters.Transfer(null, receiver), (event) => resolve([...event.args]));
  });
  // The filter is registered when the subscription's answer is there.
  await sockets.getBlockNumber();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await events(token.transfer(receiver, 3n));
  same("transfer heard", await within(10_000, "subscription", heard), [holder.address, receiver, 3n]);
  await sockets.destroy();
}

await run("ethers v6", [
  metadata, transfer, allowance, refusals, permit, permitInBytes, authorization, cancellation, votes, votesBySignature, burning, subscription,
]);
