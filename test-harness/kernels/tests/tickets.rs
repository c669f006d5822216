use alloy::primitives::{B256, keccak256};
use omnit_kernels::IKernels;
use omnit_proof::ticket::{self, Block, NoiseKeys, Position};
use omnit_proof::{blake3, lanes, noise as noises, ops};

use crate::world::{TIMES, World, blocks, noise};

fn block(bytes: &[u8]) -> Block {
    std::array::from_fn(|r| std::array::from_fn(|c| bytes[64 * r + c] as i8))
}

#[tokio::test]
async fn fold_product_gives_the_native_bits_when_blocks_are_extreme() {
    let world = World::new().await;
    for blocks in blocks(127) {
        let (a, b) = (block(&blocks), block(&blocks[4096..]));
        let folded = ticket::fold(&ticket::product(&a, &b));
        assert_eq!(folded, lanes::fold_product(&a, &b));
        let expected = keccak256(folded.map(u32::to_le_bytes).as_flattened());
        let fast = IKernels::foldProductCall { times: TIMES, blocks: blocks.clone() };
        assert_eq!(world.run(&fast).await, expected);
        assert_eq!(world.run(&IKernels::foldProductPlainCall { times: TIMES, blocks }).await, expected);
    }
    world.refuses(&IKernels::foldProductCall { times: TIMES, blocks: noise(1, 8191, 127) }).await;
}

#[tokio::test]
async fn dot_gives_the_native_sum_when_rows_are_extreme() {
    let world = World::new().await;
    for blocks in blocks(127) {
        let (a, b) = (blocks.slice(..4096), blocks.slice(4096..));
        let signed = |bytes: &[u8]| bytes.iter().map(|byte| *byte as i8).collect::<Vec<_>>();
        let expected = ops::dot(&signed(&a), &signed(&b)).to_string();
        let fast = IKernels::dotCall { times: TIMES, a: a.clone(), b: b.clone() };
        assert_eq!(world.run(&fast).await.to_string(), expected);
        assert_eq!(world.run(&IKernels::dotPlainCall { times: TIMES, a, b }).await.to_string(), expected);
    }
}

#[tokio::test]
async fn keyed_gives_the_standard_hash() {
    let world = World::new().await;
    let (key, message) = (B256::repeat_byte(0xa7), noise(3, 64, 127));
    let mut expected = key.0;
    for _ in 0..64 {
        let [left, right] = blake3::halves(message.first_chunk().unwrap());
        expected = blake3::bytes(&blake3::keyed(&blake3::words(&expected), left, right));
    }
    assert_eq!(world.run(&IKernels::keyedCall { times: TIMES, key, message }).await, expected);
}

#[tokio::test]
async fn noised_gives_the_native_block() {
    let world = World::new().await;
    let (key, operands) = (B256::repeat_byte(0x5c), noise(4, 4096, 63));
    let native = noises::noised(&blake3::words(&key.0), 9, 200, &block(&operands));
    let expected = keccak256(native.as_flattened().iter().map(|value| *value as u8).collect::<Vec<_>>());
    let call = IKernels::noisedCall { times: TIMES, key, index: 9, slab: 200, operands };
    assert_eq!(world.run(&call).await, expected);
}

#[tokio::test]
async fn syn_ticket_gives_the_native_hash() {
    let world = World::new().await;
    let seed = B256::repeat_byte(0x11);
    for (i, j, slab) in [(0, 0, 0), (63, 1, 62), (7, 63, 63)] {
        let native = ticket::syn(&seed.0, Position::new(i, j, slab).unwrap()).unwrap();
        assert_eq!(world.run(&IKernels::synTicketCall { times: TIMES, seed, i, j, slab }).await, native);
    }
    world.refuses(&IKernels::synTicketCall { times: TIMES, seed, i: 64, j: 0, slab: 0 }).await;
}

#[tokio::test]
async fn job_ticket_gives_the_native_hash_and_refuses_operands_beyond_int7() {
    let world = World::new().await;
    let (seed, keys) = (B256::repeat_byte(0x22), noise(5, 64, 127));
    let call =
        |blocks| IKernels::jobTicketCall { times: TIMES, seed, keys: keys.clone(), i: 5, j: 70, slab: 255, blocks };
    let noise_keys = NoiseKeys { x: *keys.first_chunk().unwrap(), w: *keys.last_chunk().unwrap() };
    for blocks in blocks(63) {
        let (x, w) = (block(&blocks), block(&blocks[4096..]));
        let native = ticket::job(&seed.0, &noise_keys, Position::new(5, 70, 255).unwrap(), &x, &w).unwrap();
        assert_eq!(world.run(&call(blocks.clone())).await, native);
        for (at, value) in [(0, 64), (4095, 0xc0), (4096, 0x80), (8191, 127)] {
            let mut bad = blocks.to_vec();
            bad[at] = value;
            world.refuses(&call(bad.into())).await;
        }
    }
}
