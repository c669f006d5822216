//! A persistent Merkle Patricia trie with cached node hashes.
//!
//! Cloning shares all nodes, an update copies the path it changes, and a root hashes only what changed since the last one. So a
//! block costs O(changes), and every state of the past keeps its own trie for proofs. Keys are 32-byte hashes, so that no branch
//! carries a value. Node encoding is `alloy-trie`'s.

use std::sync::{Arc, OnceLock};

use alloy::primitives::{B256, Bytes};
use alloy_rlp::Encodable;
use alloy_trie::nodes::{BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieMask};

/// Key-value trie; see the module documentation.
#[derive(Clone, Default)]
pub(crate) struct Trie {
    root: Option<Link>,
}

type Link = Arc<Cell>;

/// A node with its encoding, made once.
#[derive(Clone)]
struct Cell {
    node: Node,
    encoded: OnceLock<RlpNode>,
}

#[derive(Clone)]
enum Node {
    Leaf { path: Nibbles, value: Bytes },
    Extension { path: Nibbles, child: Link },
    Branch(Box<[Option<Link>; 16]>),
}

impl Trie {
    /// Hash of the root node.
    pub(crate) fn root(&self) -> B256 {
        let Some(root) = &self.root else { return EMPTY_ROOT_HASH };
        root.encoded().as_hash().unwrap_or_else(|| alloy::primitives::keccak256(root.rlp()))
    }

    /// Sets the value (already RLP) of `key`.
    pub(crate) fn insert(&mut self, key: B256, value: Bytes) {
        let path = Nibbles::unpack(key);
        self.root = Some(insert(self.root.take(), path, value));
    }

    /// Removes `key` if it is there.
    pub(crate) fn remove(&mut self, key: B256) {
        let path = Nibbles::unpack(key);
        if let Some(root) = self.root.take() {
            self.root = remove(root, path);
        }
    }

    /// Encoded nodes from the root towards `key`, as EIP-1186 wants them.
    pub(crate) fn proof(&self, key: B256) -> Vec<Bytes> {
        let mut path = Nibbles::unpack(key);
        let mut nodes = Vec::new();
        let mut next = self.root.as_ref();
        while let Some(cell) = next {
            let rlp = cell.rlp();
            // A node below 32 bytes is embedded in its parent, unless it is the root.
            if nodes.is_empty() || rlp.len() >= 32 {
                nodes.push(Bytes::from(rlp));
            }
            next = match &cell.node {
                Node::Leaf { .. } => None,
                Node::Extension { path: prefix, child } if path.starts_with(prefix) => {
                    path = path.slice(prefix.len()..);
                    Some(child)
                }
                Node::Extension { .. } => None,
                Node::Branch(children) => {
                    let slot = path.get_unchecked(0);
                    path = path.slice(1..);
                    children[slot as usize].as_ref()
                }
            };
        }
        nodes
    }
}

impl Cell {
    fn encoded(&self) -> &RlpNode {
        self.encoded.get_or_init(|| RlpNode::from_rlp(&self.rlp()))
    }

    fn rlp(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match &self.node {
            Node::Leaf { path, value } => LeafNodeRef::new(path, value).encode(&mut out),
            Node::Extension { path, child } => {
                ExtensionNodeRef::new(path, child.encoded().as_slice()).encode(&mut out);
            }
            Node::Branch(children) => {
                let mut mask = TrieMask::default();
                let mut stack = Vec::with_capacity(16);
                for (nibble, child) in children.iter().enumerate() {
                    if let Some(child) = child {
                        mask.set_bit(nibble as u8);
                        stack.push(child.encoded().clone());
                    }
                }
                BranchNodeRef::new(&stack, mask).encode(&mut out);
            }
        }
        out
    }
}

fn link(node: Node) -> Link {
    Arc::new(Cell { node, encoded: OnceLock::new() })
}

fn take(cell: Link) -> Node {
    Arc::try_unwrap(cell).map_or_else(|shared| shared.node.clone(), |own| own.node)
}

fn insert(at: Option<Link>, path: Nibbles, value: Bytes) -> Link {
    let Some(cell) = at else { return link(Node::Leaf { path, value }) };
    match take(cell) {
        Node::Leaf { path: old, value: old_value } => {
            if old == path {
                return link(Node::Leaf { path, value });
            }
            let shared = old.common_prefix_length(&path);
            let mut children: Box<[Option<Link>; 16]> = Box::default();
            let rest = |full: Nibbles| full.slice(shared + 1..);
            children[old.get_unchecked(shared) as usize] = Some(link(Node::Leaf { path: rest(old), value: old_value }));
            children[path.get_unchecked(shared) as usize] = Some(link(Node::Leaf { path: rest(path), value }));
            prefixed(path.slice(..shared), link(Node::Branch(children)))
        }
        Node::Extension { path: prefix, child } => {
            let shared = prefix.common_prefix_length(&path);
            if shared == prefix.len() {
                let child = insert(Some(child), path.slice(shared..), value);
                return link(Node::Extension { path: prefix, child });
            }
            let mut children: Box<[Option<Link>; 16]> = Box::default();
            children[prefix.get_unchecked(shared) as usize] = Some(prefixed(prefix.slice(shared + 1..), child));
            let leaf = link(Node::Leaf { path: path.slice(shared + 1..), value });
            children[path.get_unchecked(shared) as usize] = Some(leaf);
            prefixed(path.slice(..shared), link(Node::Branch(children)))
        }
        Node::Branch(mut children) => {
            let slot = &mut children[path.get_unchecked(0) as usize];
            *slot = Some(insert(slot.take(), path.slice(1..), value));
            link(Node::Branch(children))
        }
    }
}

/// `child` below `prefix`, with no extension where the prefix is empty.
fn prefixed(prefix: Nibbles, child: Link) -> Link {
    if prefix.is_empty() { child } else { link(Node::Extension { path: prefix, child }) }
}

fn remove(cell: Link, path: Nibbles) -> Option<Link> {
    match &cell.node {
        Node::Leaf { path: own, .. } => (*own != path).then_some(cell),
        Node::Extension { path: prefix, .. } => {
            if !path.starts_with(prefix) {
                return Some(cell);
            }
            let Node::Extension { path: prefix, child } = take(cell) else { unreachable!("matched above") };
            remove(child, path.slice(prefix.len()..)).map(|child| merged(prefix, child))
        }
        Node::Branch(children) => {
            let nibble = path.get_unchecked(0) as usize;
            if children[nibble].is_none() {
                return Some(cell);
            }
            let Node::Branch(mut children) = take(cell) else { unreachable!("matched above") };
            let child = children[nibble].take().and_then(|child| remove(child, path.slice(1..)));
            children[nibble] = child;
            Some(collapsed(children))
        }
    }
}

/// A branch, or what replaces it when a single child is left.
fn collapsed(mut children: Box<[Option<Link>; 16]>) -> Link {
    let mut present = (0..16).filter(|nibble| children[*nibble].is_some());
    if let (Some(only), None) = (present.next(), present.next()) {
        let child = children[only].take().expect("the filter kept only present children");
        return merged(Nibbles::from_nibbles([only as u8]), child);
    }
    link(Node::Branch(children))
}

/// `prefix` followed by `child`, with paths joined so that no extension points to a leaf or an extension.
fn merged(prefix: Nibbles, child: Link) -> Link {
    match &child.node {
        Node::Branch(_) => link(Node::Extension { path: prefix, child }),
        Node::Leaf { path, value } => link(Node::Leaf { path: prefix.join(path), value: value.clone() }),
        Node::Extension { path, child } => link(Node::Extension { path: prefix.join(path), child: child.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alloy::primitives::keccak256;
    use alloy_trie::HashBuilder;
    use alloy_trie::proof::verify_proof;
    use proptest::prelude::*;

    use super::*;

    fn reference_root(entries: &BTreeMap<B256, Bytes>) -> B256 {
        let mut builder = HashBuilder::default();
        for (key, value) in entries {
            builder.add_leaf(Nibbles::unpack(key), value);
        }
        builder.root()
    }

    proptest! {
        // Keys share long prefixes, so that extensions split and merge.
        #[test]
        fn root_equals_hash_builder_when_entries_come_and_go(
            steps in proptest::collection::vec((0u8..12, 0u8..4, proptest::option::of(1u8..90)), 1..80)
        ) {
            let mut trie = Trie::default();
            let mut reference = BTreeMap::new();
            for (first, last, value) in steps {
                let mut key = B256::repeat_byte(0x11);
                key[0] = first / 6;
                key[20] = first;
                key[31] = last;
                match value {
                    Some(len) => {
                        let value = Bytes::from(vec![len; len as usize]);
                        trie.insert(key, value.clone());
                        reference.insert(key, value);
                    }
                    None => {
                        trie.remove(key);
                        reference.remove(&key);
                    }
                }
                let fresh = trie.clone();
                prop_assert_eq!(fresh.root(), reference_root(&reference));
            }
        }

        #[test]
        fn proof_verifies_when_key_is_present_or_absent(count in 1usize..60) {
            let mut trie = Trie::default();
            let key = |index: usize| keccak256(index.to_be_bytes());
            let value = |index: usize| Bytes::from(vec![0xa0; 1 + index % 50]);
            for index in 0..count {
                trie.insert(key(index), value(index));
            }
            for index in 0..count + 3 {
                let expected = (index < count).then(|| value(index).to_vec());
                let proof = trie.proof(key(index));
                verify_proof(trie.root(), Nibbles::unpack(key(index)), expected, &proof).expect("the proof is valid");
            }
        }
    }

    #[test]
    fn older_clone_keeps_its_root_when_newer_changes() {
        let mut trie = Trie::default();
        trie.insert(B256::repeat_byte(1), Bytes::from_static(b"\x83abc"));
        let old = trie.clone();
        let root = old.root();
        trie.insert(B256::repeat_byte(2), Bytes::from_static(b"\x83abc"));
        trie.remove(B256::repeat_byte(1));
        assert_eq!(old.root(), root);
        assert_ne!(trie.root(), root);
    }
}
