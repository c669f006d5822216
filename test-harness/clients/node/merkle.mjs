// Builds the tree of a list with OpenZeppelin's StandardMerkleTree and hashes schedules with ethers' ABI coder.
// Reads [{ index, account, amount, start, cliff, flags, points }] as JSON from stdin, numbers as strings; writes { root, entries: [{ terms, proof }] }.

import { readFileSync } from "node:fs";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { AbiCoder, ZeroHash, keccak256 } from "ethers";

const TERMS = ["uint64", "uint64", "uint8", "bytes32[]"];
const LEAF = ["uint256", "address", "uint256", "bytes32"];

function terms({ start, cliff, flags, points }) {
  const isLiquid = points.length === 0 && [start, cliff, flags].every((word) => BigInt(word) === 0n);
  return isLiquid ? ZeroHash : keccak256(AbiCoder.defaultAbiCoder().encode(TERMS, [start, cliff, flags, points]));
}

const list = JSON.parse(readFileSync(0, "utf8"));
const values = list.map((entry) => [entry.index, entry.account, entry.amount, terms(entry)]);
const tree = StandardMerkleTree.of(values, LEAF);
tree.validate();
const entries = values.map((value, at) => ({ terms: value[3], proof: tree.getProof(at) }));
process.stdout.write(JSON.stringify({ root: tree.root, entries }));
