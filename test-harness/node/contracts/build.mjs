// Compiles StylusDeployer.sol to the runtime code that a chain starts with: `node test-harness/node/contracts/build.mjs`.
// With --check it writes nothing and fails if the committed code is another.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const folder = dirname(fileURLToPath(import.meta.url));
const source = "StylusDeployer.sol";
const input = {
  language: "Solidity",
  sources: { [source]: { content: readFileSync(join(folder, source), "utf8") } },
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const message of output.errors ?? []) process.stderr.write(`${message.formattedMessage}\n`);
const contract = output.contracts?.[source]?.StylusDeployer;
if (!contract) process.exit(1);
const target = join(folder, "StylusDeployer.hex");
const code = `0x${contract.evm.deployedBytecode.object}\n`;
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== code) {
    process.stderr.write("StylusDeployer.hex is not what StylusDeployer.sol compiles to: run build.mjs\n");
    process.exit(1);
  }
} else {
  writeFileSync(target, code);
}
