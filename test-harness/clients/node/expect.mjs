// What both scripts share: arguments, and checks that end the program with a sentence.

export const MNEMONIC = "test test test test test test test test test test test junk";

export function target() {
  const [url, token] = process.argv.slice(2);
  if (!url || !token) {
    process.stderr.write(`usage: node ${process.argv[1]} RPC-URL TOKEN\n`);
    process.exit(2);
  }
  return { url, socketUrl: url.replace(/^http/, "ws"), token };
}

export function same(what, found, expected) {
  const text = (value) => JSON.stringify(value, comparable).slice(0, 2000);
  if (text(found) !== text(expected)) {
    throw new Error(`${what}: found ${text(found)}, expected ${text(expected)}`);
  }
  checks += 1;
}

/** Addresses come with and without their checksum; JSON knows no large integers. */
function comparable(_, value) {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "string" ? value.toLowerCase() : value;
}

export async function within(milliseconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function run(name, steps) {
  try {
    for (const step of steps) await step();
    process.stdout.write(`${name}: ${checks} checks passed\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name}: ${error.stack ?? error}\n`);
    process.exit(1);
  }
}

let checks = 0;
