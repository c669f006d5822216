//! The tree of OpenZeppelin's StandardMerkleTree: leaves sorted by hash fill a complete binary tree from its end, node i has the children
//! 2i+1 and 2i+2, and a pair is hashed in ascending order.

use alloy::primitives::{B256, keccak256};

/// All nodes, and where each leaf is.
pub(super) struct Tree {
    nodes: Vec<B256>,
    places: Vec<u32>,
}

impl Tree {
    /// Builds the tree over at least one and fewer than 2^31 leaves.
    pub(super) fn new(leaves: &[B256]) -> Self {
        let mut sorted: Vec<u32> = (0..leaves.len() as u32).collect();
        sorted.sort_unstable_by_key(|leaf| leaves[*leaf as usize]);
        let len = 2 * leaves.len() - 1;
        let (mut nodes, mut places) = (vec![B256::ZERO; len], vec![0; leaves.len()]);
        for (order, leaf) in sorted.into_iter().enumerate() {
            let place = len - 1 - order;
            nodes[place] = leaves[leaf as usize];
            places[leaf as usize] = place as u32;
        }
        for at in (0..leaves.len() - 1).rev() {
            nodes[at] = join(nodes[2 * at + 1], nodes[2 * at + 2]);
        }
        Self { nodes, places }
    }

    pub(super) fn root(&self) -> B256 {
        self.nodes[0]
    }

    /// Siblings from a leaf, by its number, up to the root.
    pub(super) fn proof(&self, leaf: usize) -> Vec<B256> {
        let mut at = self.places[leaf] as usize;
        let mut proof = Vec::new();
        while at > 0 {
            proof.push(self.nodes[if at % 2 == 1 { at + 1 } else { at - 1 }]);
            at = (at - 1) / 2;
        }
        proof
    }
}

fn join(a: B256, b: B256) -> B256 {
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(a.min(b).as_slice());
    pair[32..].copy_from_slice(a.max(b).as_slice());
    keccak256(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proof_leads_to_the_root_whatever_the_number_of_leaves() {
        for len in 1..40_u8 {
            let leaves: Vec<_> = (0..len).map(|leaf| keccak256([leaf])).collect();
            let tree = Tree::new(&leaves);
            for (number, leaf) in leaves.iter().enumerate() {
                let proof = tree.proof(number);
                assert_eq!(proof.iter().fold(*leaf, |node, other| join(node, *other)), tree.root());
                assert!(proof.len() <= 6);
            }
        }
    }
}
