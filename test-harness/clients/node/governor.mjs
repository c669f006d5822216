// One proposal from beginning to end, and one that is canceled, against the ABI that OpenZeppelin's npm package ships: what the scripts for
// ethers and viem share. Accounts 0 to 3 of the test mnemonic have delegated OMNIT to themselves, account 0 most of the supply; the governor
// is a proposer and canceller of its timelock, and everybody may execute.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { same } from "./expect.mjs";

const MODULES = [
  "Governor", "GovernorCountingFractional", "GovernorSettings", "GovernorStorage", "GovernorTimelockControl", "GovernorPreventLateQuorum",
  "GovernorProposalGuardian", "GovernorVotes", "GovernorVotesQuorumFraction", "GovernorNoncesKeyed",
];
const STATES = ["Pending", "Active", "Canceled", "Defeated", "Succeeded", "Queued", "Expired", "Executed"];
const ACTIVE = `0x${(1n << 1n).toString(16).padStart(64, "0")}`;
const BALLOT = {
  Ballot: [
    { name: "proposalId", type: "uint256" },
    { name: "support", type: "uint8" },
    { name: "voter", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};

/** The ABI of these contracts as their authors compiled it, every entry once. */
function shipped(names) {
  const require = createRequire(import.meta.url);
  const files = names.map((name) => require.resolve(`@openzeppelin/contracts/build/contracts/${name}.json`));
  const entries = files.flatMap((file) => JSON.parse(readFileSync(file, "utf8")).abi);
  const key = (entry) => `${entry.type} ${entry.name}(${(entry.inputs ?? []).map((input) => input.type)})`;
  return [...new Map(entries.filter((entry) => entry.type !== "constructor").map((entry) => [key(entry), entry])).values()];
}

export const GOVERNOR = shipped(MODULES);
export const TIMELOCK = shipped(["TimelockController"]);

/**
 * Steps over a client: `read(contract, name, args)`, `send(account, contract, name, args)` with events as [name, ...values],
 * `refusal(account, contract, name, args)` as [name, ...values], `sign(account, domain, types, message)`, `rpc(method, params)`,
 * `encode(abi, name, args)`, `hash(text)`, `address(account)`.
 */
export function proposal(client, governor) {
  const gov = { address: governor, abi: GOVERNOR };
  const ask = (name, ...args) => client.read(gov, name, args);
  const act = (account, name, ...args) => client.send(account, gov, name, args);
  const refuse = (account, name, ...args) => client.refusal(account, gov, name, args);
  const at = async (seconds) => {
    await client.rpc("evm_setNextBlockTimestamp", [`0x${seconds.toString(16)}`]);
    await client.rpc("evm_mine", []);
  };
  const call = client.encode(GOVERNOR, "setVotingDelay", [172_800]);
  const parts = [[governor], [0n], [call]];
  const description = "Two days of delay";
  const [hash, reason] = [client.hash(description), "a reason"];
  let id, snapshot, deadline, delay, timelock;
  const state = async (expected) => same("state", STATES[Number(await ask("state", id))], expected);

  return [
    async () => {
      same("name", await ask("name"), "OmniTensor Governor");
      same("counting", await ask("COUNTING_MODE"), "support=bravo,fractional&quorum=for,abstain&params=fractional");
      same("clock", await ask("CLOCK_MODE"), "mode=timestamp");
      same("needs queuing", await ask("proposalNeedsQueuing", 0n), true);
      timelock = { address: await ask("timelock"), abi: TIMELOCK };
      delay = await client.read(timelock, "getMinDelay", []);
    },
    async () => {
      id = await ask("hashProposal", ...parts, hash);
      const [created] = await act(0, "propose", ...parts, description);
      snapshot = await ask("proposalSnapshot", id);
      deadline = await ask("proposalDeadline", id);
      same("created", created, [
        "ProposalCreated", id, client.address(0), [governor], [0n], [""], [call], snapshot, deadline, description,
      ]);
      same("proposer", await ask("proposalProposer", id), client.address(0));
      same("count", await ask("proposalCount"), 1n);
      same("details", await ask("proposalDetailsAt", 0n), [id, [governor], [0n], [call], hash]);
      await state("Pending");
      same("early vote", await refuse(1, "castVote", id, 1), ["GovernorUnexpectedProposalState", id, 0n, ACTIVE]);
      same("poor proposer", (await refuse(8, "propose", ...parts, "x"))[0], "GovernorInsufficientProposerVotes");
    },
    async () => {
      await at(snapshot + 1n);
      await state("Active");
      const votes = await Promise.all([0, 1, 2, 3].map((account) => ask("getVotes", client.address(account), snapshot)));
      const [cast] = await act(1, "castVoteWithReason", id, 0, reason);
      same("vote", cast, ["VoteCast", client.address(1), id, 0n, votes[1], reason]);
      same("twice", await refuse(1, "castVote", id, 1), ["GovernorAlreadyCastVote", client.address(1)]);
      const nonce = await ask("nonces", client.address(2));
      const told = await ask("eip712Domain");
      const domain = { name: told[1], version: told[2], chainId: told[3], verifyingContract: told[4] };
      const message = { proposalId: id, support: 2, voter: client.address(2), nonce };
      const signature = await client.sign(2, domain, BALLOT, message);
      same("other vote", (await refuse(8, "castVoteBySig", id, 1, client.address(2), signature))[0], "GovernorInvalidSignature");
      const [signed] = await act(8, "castVoteBySig", id, 2, client.address(2), signature);
      same("signed vote", signed, ["VoteCast", client.address(2), id, 2n, votes[2], ""]);
      const part = (amount) => amount.toString(16).padStart(32, "0");
      const params = `0x${part(5n)}${part(votes[3] - 12n)}${part(7n)}`;
      const [split] = await act(3, "castVoteWithReasonAndParams", id, 255, reason, params);
      same("split vote", split, ["VoteCastWithParams", client.address(3), id, 255n, votes[3], reason, params]);
      await act(0, "castVote", id, 1);
      const sums = [votes[1] + 5n, votes[0] + votes[3] - 12n, votes[2] + 7n];
      same("tally", await ask("proposalVotes", id), sums);
      same("has voted", await ask("hasVoted", id, client.address(3)), true);
    },
    async () => {
      same("early", (await refuse(8, "queue", ...parts, hash))[0], "GovernorUnexpectedProposalState");
      await at(deadline + 1n);
      await state("Succeeded");
      const events = await act(8, "queue", ...parts, hash);
      const eta = await ask("proposalEta", id);
      same("queued", events.at(-1), ["ProposalQueued", id, eta]);
      same("scheduled", [events[0][0], events[0].at(-1)], ["CallScheduled", delay]);
      await state("Queued");
      same("held", (await refuse(8, "execute", ...parts, hash))[0], "TimelockUnexpectedOperationState");
      await at(eta);
      const done = await act(8, "execute", ...parts, hash);
      same("events", done.map((event) => event[0]).sort(), ["CallExecuted", "ProposalExecuted", "VotingDelaySet"]);
      same("delay", await ask("votingDelay"), 172_800n);
      await state("Executed");
      same("once", (await refuse(8, "execute", ...parts, hash))[0], "GovernorUnexpectedProposalState");
    },
    async () => {
      await act(0, "propose", ...parts, "Another");
      const other = client.hash("Another");
      id = await ask("hashProposal", ...parts, other);
      same("strangers", await refuse(8, "cancel", ...parts, other), ["GovernorUnableToCancel", id, client.address(8)]);
      same("canceled", await act(0, "cancel", ...parts, other), [["ProposalCanceled", id]]);
      await state("Canceled");
      same("parameter", await refuse(0, "setVotingDelay", 1), ["GovernorOnlyExecutor", client.address(0)]);
    },
  ];
}
