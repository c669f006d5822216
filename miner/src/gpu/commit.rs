//! Commitments: the whole tree on the device, only its top comes back.
//!
//! Blocks of 64 rows become one hash each in one go; rows and blocks that a power of two asks for but the matrix lacks are never stored,
//! since their hashes are constants.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use omnit_proof::blake3::{Words, key};
use omnit_proof::tree::{BLOCK_LEVELS, CHUNK, leaf, parent};
use omnit_proof::{Hash, ProofError, Role, Shape};

use super::engine::{Engine, vectors, whole};
use super::kernel::{Kernel, View};
use super::pool::Buffer;
use super::record::Recorder;
use super::shader::{LEAVES, TOPS};
use super::tensor::Storage;
use crate::BackendError;

/// Bytes of a hash.
const HASH: u64 = 32;
/// Keys of `SPEC.md` section 2.
const LEAF: Words = key("OmniTensor OT-PROOF/1 leaf");
const NODE: Words = key("OmniTensor OT-PROOF/1 node");

#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
struct Params {
    leaf: [[u32; 4]; 2],
    node: [[u32; 4]; 2],
    pad: [[u32; 4]; 2],
    count: u32,
    stride: u32,
    levels: u32,
    padded: u32,
    group: u32,
    chunk: u32,
    out_first: u32,
    out_count: u32,
}

impl Params {
    fn new() -> Self {
        Self { leaf: vectors(&LEAF), node: vectors(&NODE), ..Self::default() }
    }
}

/// Hashes on the device: `count` for each of `chunks` chunks.
struct Level {
    buffer: Arc<Buffer>,
    chunks: u32,
    count: u32,
}

impl Level {
    fn new(engine: &Engine, chunks: u32, count: u32) -> Result<Self, BackendError> {
        let level = Self { buffer: engine.device.storage(u64::from(chunks) * u64::from(count) * HASH)?, chunks, count };
        if level.bytes() > engine.device.limits().binding_bytes {
            return Err(BackendError::Unsupported(format!("{} bytes of hashes in one binding", level.bytes())));
        }
        Ok(level)
    }

    fn bytes(&self) -> u64 {
        u64::from(self.chunks) * u64::from(self.count) * HASH
    }

    fn view(&self) -> View<'_> {
        whole(&self.buffer, self.bytes())
    }
}

/// root* of a matrix.
///
/// # Errors
/// [`ProofError::BadRole`] when the role's elements are not one byte wide, [`ProofError::BadDims`] when the role has another shape; or a fault of
/// the device.
pub(crate) fn commit(engine: &Engine, x: &Storage, role: Role) -> Result<Hash, BackendError> {
    if role.width() != 1 {
        return Err(ProofError::BadRole { expected: Role::Activation as u8, found: role as u8 }.into());
    }
    let shape = Shape::new(role, x.layout.rows, x.layout.cols)?;
    let tree = Tree {
        engine,
        leaves: engine.programs.get(&engine.device, &LEAVES)?,
        tops: engine.programs.get(&engine.device, &TOPS)?,
    };
    let mut recorder = engine.record()?;
    let roots = tree.chunk_roots(&mut recorder, x, &shape)?;
    let top = tree.join(&mut recorder, roots)?;
    let words = engine.read_words(recorder, (&top.buffer, 0), HASH / 4)?;
    Ok(shape.root(&std::array::from_fn(|i| words[i])))
}

struct Tree<'e> {
    engine: &'e Engine,
    leaves: Arc<Kernel>,
    tops: Arc<Kernel>,
}

impl Tree<'_> {
    /// The top of every chunk's tree. Chunks are done in groups whose hashes fit a binding.
    fn chunk_roots(&self, recorder: &mut Recorder<'_>, x: &Storage, shape: &Shape) -> Result<Level, BackendError> {
        let limits = self.engine.device.limits();
        let fitting = limits.binding_bytes / (HASH * u64::from(shape.blocks()));
        let at_once = fitting.min(limits.groups.into()).clamp(1, shape.chunks().into()) as u32;
        let roots = Level::new(self.engine, shape.chunks(), 1)?;
        for first in (0..shape.chunks()).step_by(at_once as usize) {
            let chunks = at_once.min(shape.chunks() - first);
            let blocks = Level::new(self.engine, chunks, shape.blocks())?;
            self.hash_blocks(recorder, x, &blocks, first)?;
            let tops = self.climb(recorder, blocks, shape.levels())?;
            recorder.copy((&tops.buffer, 0), (&roots.buffer, u64::from(first) * HASH), tops.bytes());
        }
        Ok(roots)
    }

    /// Blocks of 64 rows of some chunks.
    fn hash_blocks(
        &self,
        recorder: &mut Recorder<'_>,
        x: &Storage,
        blocks: &Level,
        first_chunk: u32,
    ) -> Result<(), BackendError> {
        let block = CHUNK as u32;
        let groups = self.engine.device.limits().groups;
        for part in &x.parts {
            let part_blocks = part.rows.div_ceil(block);
            for group in (0..part_blocks).step_by(groups as usize) {
                let params = Params {
                    count: part.rows,
                    stride: x.layout.stride() / 4,
                    group,
                    chunk: first_chunk,
                    out_first: part.first / block,
                    out_count: blocks.count,
                    ..Params::new()
                };
                let wide = groups.min(part_blocks - group);
                recorder.run(&self.leaves, &params, &[part.view(), blocks.view()], [wide, blocks.chunks])?;
            }
        }
        Ok(())
    }

    /// From blocks to the top of trees of `levels` levels; what is missing at the right is the hash of zeros.
    fn climb(&self, recorder: &mut Recorder<'_>, blocks: Level, levels: u32) -> Result<Level, BackendError> {
        let mut level = blocks;
        let mut done = BLOCK_LEVELS;
        let mut pad = zeros(BLOCK_LEVELS);
        while done < levels {
            let step = BLOCK_LEVELS.min(levels - done);
            let above = Level::new(self.engine, level.chunks, level.count.div_ceil(1 << step))?;
            let params = Params { levels: step, padded: 1, pad: vectors(&pad), ..Params::new() };
            self.lift(recorder, &level, &above, params)?;
            pad = (0..step).fold(pad, |node, _| parent(&node, &node));
            done += step;
            level = above;
        }
        Ok(level)
    }

    /// From the tops of chunks to one; an odd last one moves up unchanged. Groups of 64 start at multiples of 64, so that a node is odd in
    /// its group exactly where it is in the whole level.
    fn join(&self, recorder: &mut Recorder<'_>, roots: Level) -> Result<Level, BackendError> {
        let mut level = Level { chunks: 1, count: roots.chunks, buffer: roots.buffer };
        while level.count > 1 {
            let above = Level::new(self.engine, 1, level.count.div_ceil(1 << BLOCK_LEVELS))?;
            let params = Params { levels: BLOCK_LEVELS, ..Params::new() };
            self.lift(recorder, &level, &above, params)?;
            level = above;
        }
        Ok(level)
    }

    fn lift(&self, recorder: &mut Recorder<'_>, from: &Level, to: &Level, params: Params) -> Result<(), BackendError> {
        let groups = self.engine.device.limits().groups;
        for group in (0..to.count).step_by(groups as usize) {
            for chunk in (0..to.chunks).step_by(groups as usize) {
                let params = Params { count: from.count, group, chunk, out_count: to.count, ..params };
                let size = [groups.min(to.count - group), groups.min(to.chunks - chunk)];
                recorder.run(&self.tops, &params, &[from.view(), to.view()], size)?;
            }
        }
        Ok(())
    }
}

/// Hash of a tree of `levels` levels over zeros.
fn zeros(levels: u32) -> Words {
    (0..levels).fold(leaf(&[0; CHUNK]), |node, _| parent(&node, &node))
}
