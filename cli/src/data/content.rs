//! The root of a file: what a submission names its content by.
//!
//! The file is cut into chunks of 1,024 bytes, the last one as short as it comes. A leaf is keccak256(0x00 | chunk), a node is
//! keccak256(0x01 | left | right); a node without a neighbour moves up unchanged. The root is keccak256(0x02 | length as 8 bytes, big-endian |
//! top). The first byte keeps leaves, nodes and roots apart, the length keeps files apart that differ in nothing else.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::Path,
};

use alloy::primitives::{B256, Keccak256, keccak256};
use eyre::{Context, ensure};

/// Bytes of a chunk.
const CHUNK: usize = 1_024;

/// What a file is on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// Its root.
    pub(super) root: B256,
    /// Its length in bytes.
    pub(super) size: u64,
}

impl Content {
    /// Reads a file once, in memory for one branch of the tree only.
    pub(super) fn of_file(path: &Path) -> eyre::Result<Self> {
        let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let content = Self::of(file).with_context(|| format!("{} cannot be read", path.display()))?;
        ensure!(content.size > 0, "{} is empty; there is nothing to submit", path.display());
        Ok(content)
    }

    fn of(mut source: impl Read) -> std::io::Result<Self> {
        // Finished subtrees with the number of leaves below them, largest first, as the bits of the count of leaves.
        let mut branch: Vec<(u64, B256)> = Vec::new();
        let (mut chunk, mut size) = (Vec::with_capacity(CHUNK), 0);
        while fill(&mut source, &mut chunk)? > 0 {
            size += chunk.len() as u64;
            let (mut leaves, mut hash) = (1, tagged(0, &[&chunk]));
            while let Some((_, left)) = branch.pop_if(|left| left.0 == leaves) {
                hash = tagged(1, &[left.as_slice(), hash.as_slice()]);
                leaves *= 2;
            }
            branch.push((leaves, hash));
        }
        let top = branch.into_iter().rev().map(|(_, hash)| hash);
        let top = top.reduce(|right, left| tagged(1, &[left.as_slice(), right.as_slice()])).unwrap_or(keccak256([]));
        Ok(Self { root: tagged(2, &[&size.to_be_bytes(), top.as_slice()]), size })
    }
}

/// Fills the chunk as far as the source has bytes; answers how many it took.
fn fill(source: &mut impl Read, chunk: &mut Vec<u8>) -> std::io::Result<usize> {
    chunk.clear();
    match source.by_ref().take(CHUNK as u64).read_to_end(chunk) {
        Err(error) if error.kind() == ErrorKind::Interrupted => fill(source, chunk),
        read => read,
    }
}

fn tagged(tag: u8, parts: &[&[u8]]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update([tag]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level by level, as the definition says.
    fn naive(bytes: &[u8]) -> B256 {
        let mut level: Vec<B256> = bytes.chunks(CHUNK).map(|chunk| keccak256([&[0], chunk].concat())).collect();
        while level.len() > 1 {
            let up = level.chunks(2).map(|pair| match pair {
                [left, right] => keccak256([&[1], left.as_slice(), right.as_slice()].concat()),
                _ => pair[0],
            });
            level = up.collect();
        }
        keccak256([&[2], &(bytes.len() as u64).to_be_bytes()[..], level[0].as_slice()].concat())
    }

    #[test]
    fn root_equals_the_definition_when_the_file_has_any_number_of_chunks() {
        let bytes: Vec<u8> = (0..40 * CHUNK).map(|at| (at * 31 + at / 251) as u8).collect();
        for len in (1..=40).flat_map(|chunks| [chunks * CHUNK - 1, chunks * CHUNK, chunks * CHUNK - CHUNK + 1]) {
            let content = Content::of(&bytes[..len]).unwrap();
            assert_eq!((content.root, content.size), (naive(&bytes[..len]), len as u64), "{len} bytes");
        }
    }

    #[test]
    fn roots_differ_when_only_the_length_differs() {
        let roots = [vec![0; 1], vec![0; 2], vec![0; CHUNK], vec![0; CHUNK + 1]]
            .map(|bytes| Content::of(&bytes[..]).unwrap().root);
        for (at, root) in roots.iter().enumerate() {
            assert!(!roots[at + 1..].contains(root));
        }
    }
}
