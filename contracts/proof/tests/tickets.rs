//! Tickets against their plain forms: seeds, counters, hashes, nullifiers, SYN and JOB.

use omnit_proof::blake3::words;
use omnit_proof::ops::Dims;
use omnit_proof::seed::{Address, JobWork, Place, SynWork};
use omnit_proof::ticket::{self, Block, NoiseKeys, Position, SynKeys, Target};
use omnit_proof::{Hash, ProofError};
use proptest::prelude::*;
use ruint::aliases::U256;

use crate::noise::plain_noise;
use crate::support::{Lcg, Library, address, hash};

/// Extended output of the library: bytes `64 * counter ..`.
pub(crate) fn xof(key: &Hash, message: &[u8; 64], counter: u64) -> [u8; 64] {
    let mut reader = blake3::Hasher::new_keyed(key).update(message).finalize_xof();
    reader.set_position(64 * counter);
    let mut bytes = [0; 64];
    reader.fill(&mut bytes);
    bytes
}

fn ascii32(text: &str) -> Hash {
    let mut padded = [0; 32];
    padded[..text.len()].copy_from_slice(text.as_bytes());
    padded
}

fn word(number: u64) -> Hash {
    U256::from(number).to_be_bytes()
}

fn address_word(address: &Address) -> Hash {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address);
    word
}

fn keccak(words: &[Hash]) -> Hash {
    alloy_primitives::keccak256(words.concat()).0
}

fn at(i: u32, j: u32, slab: u32) -> Position {
    Position::new(i, j, slab).unwrap()
}

/// Steps 1 to 4 of the definition.
fn plain_ticket(seed: &Hash, [i, j, slab]: [u64; 3], a: &[[i64; 64]; 64], b: &[[i64; 64]; 64]) -> Hash {
    let mut folded = [0u32; 16];
    for (i, row) in a.iter().enumerate() {
        for (j, column) in b.iter().enumerate() {
            let sum: i64 = row.iter().zip(column).map(|(a, b)| a * b).sum();
            folded[4 * (i % 4) + j % 4] ^= sum as u32;
        }
    }
    let message: Vec<u8> = folded.iter().flat_map(|word| word.to_le_bytes()).collect();
    let output = xof(seed, &message.try_into().unwrap(), i + (j << 20) + (slab << 40));
    output[..32].try_into().unwrap()
}

fn plain_syn_block(key: &Hash, index: u32, slab: u32) -> [[i64; 64]; 64] {
    let mut message = [0; 64];
    message[..4].copy_from_slice(&index.to_le_bytes());
    message[4..8].copy_from_slice(&slab.to_le_bytes());
    core::array::from_fn(|row| {
        xof(key, &message, row as u64).map(|byte| i64::max(i64::from(byte.cast_signed()).div_euclid(2), -63))
    })
}

fn random_block(seed: u64, bound: i64) -> Block {
    let mut lcg = Lcg(seed);
    let mut block = [[0; 64]; 64];
    block.as_flattened_mut().fill_with(|| lcg.within(-bound, bound) as i8);
    block
}

fn syn_work() -> SynWork {
    let place = Place { chain_id: 42_161, contract: address(1) };
    SynWork { place, epoch_anchor: hash(2), miner: address(3), nonce: hash(4) }
}

fn job_work() -> JobWork {
    JobWork {
        place: Place { chain_id: 42_161, contract: address(1) },
        job: hash(2),
        layer: 3,
        provider: address(4),
        accept_beacon: hash(5),
        x_root: hash(6),
        w_root: hash(7),
        dims: Dims { m: 100, n: 200, k: 300 },
    }
}

fn seed(work: &JobWork) -> Hash {
    work.seed::<Library>()
}

#[test]
fn syn_seed_is_the_hash_of_its_words() {
    let SynWork { place, epoch_anchor, miner, nonce } = syn_work();
    let words = [
        ascii32("OT-PROOF/1 SYN seed"),
        word(place.chain_id),
        address_word(&place.contract),
        epoch_anchor,
        address_word(&miner),
        nonce,
    ];
    assert_eq!(syn_work().seed::<Library>(), keccak(&words));
}

#[test]
fn syn_seed_changes_with_every_field() {
    let work = syn_work();
    let place = work.place;
    let others = [
        work,
        SynWork { place: Place { chain_id: 42_162, ..place }, ..work },
        SynWork { place: Place { contract: address(9), ..place }, ..work },
        SynWork { epoch_anchor: hash(9), ..work },
        SynWork { miner: address(9), ..work },
        SynWork { nonce: hash(9), ..work },
        // Fields that trade places.
        SynWork { epoch_anchor: work.nonce, nonce: work.epoch_anchor, ..work },
        SynWork { place: Place { contract: work.miner, ..place }, miner: place.contract, ..work },
    ];
    assert_all_differ(&others.map(|work| work.seed::<Library>()));
}

fn assert_all_differ(hashes: &[Hash]) {
    let mut sorted = hashes.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), hashes.len());
}

#[test]
fn job_seed_and_noise_keys_are_hashes_of_their_words() {
    let work = job_work();
    let words = [
        ascii32("OT-PROOF/1 JOB seed"),
        word(work.place.chain_id),
        address_word(&work.place.contract),
        work.job,
        word(3),
        address_word(&work.provider),
        work.accept_beacon,
        work.x_root,
        work.w_root,
        word(100),
        word(200),
        word(300),
    ];
    assert_eq!(seed(&work), keccak(&words));
    let w = keccak(&[ascii32("OT-PROOF/1 JOB noise W"), word(77), address_word(&work.provider), work.w_root]);
    let x = keccak(&[ascii32("OT-PROOF/1 JOB noise X"), w, seed(&work)]);
    assert_eq!(work.noise::<Library>(77), NoiseKeys { x, w });
}

#[test]
fn job_seed_and_noise_of_inputs_change_with_every_field() {
    let work = job_work();
    let (place, dims) = (work.place, work.dims);
    let others = [
        work,
        JobWork { place: Place { chain_id: 1, ..place }, ..work },
        JobWork { place: Place { contract: address(9), ..place }, ..work },
        JobWork { job: hash(9), ..work },
        JobWork { layer: 4, ..work },
        JobWork { provider: address(9), ..work },
        JobWork { accept_beacon: hash(9), ..work },
        JobWork { x_root: hash(9), ..work },
        JobWork { w_root: hash(9), ..work },
        JobWork { x_root: work.w_root, w_root: work.x_root, ..work },
        JobWork { dims: Dims { m: 101, ..dims }, ..work },
        JobWork { dims: Dims { n: 201, ..dims }, ..work },
        JobWork { dims: Dims { k: 301, ..dims }, ..work },
        JobWork { dims: Dims { m: 200, n: 100, ..dims }, ..work },
    ];
    assert_all_differ(&others.each_ref().map(seed));
    assert_all_differ(&others.map(|work| work.noise::<Library>(1).x));
    assert_ne!(work.noise::<Library>(1), work.noise::<Library>(2));
}

#[test]
fn noise_of_weights_changes_with_epoch_provider_and_weights_only() {
    let work = job_work();
    let key = |work: &JobWork, epoch| work.noise::<Library>(epoch).w;
    let own = key(&work, 1);
    let place = Place { chain_id: 1, contract: address(9) };
    let same = JobWork { place, job: hash(9), layer: 9, accept_beacon: hash(9), x_root: hash(9), ..work };
    assert_eq!(key(&same, 1), own);
    assert_eq!(key(&JobWork { dims: Dims { m: 1, n: 1, k: 1 }, ..work }, 1), own);
    assert_ne!(key(&work, 2), own);
    assert_ne!(key(&JobWork { provider: address(9), ..work }, 1), own);
    assert_ne!(key(&JobWork { w_root: hash(9), ..work }, 1), own);
}

#[test]
fn position_is_refused_when_a_part_does_not_fit_the_counter() {
    let refused = |position, limit| Err(ProofError::OutOfRange { position, limit });
    assert_eq!(Position::new(1 << 20, 0, 0), refused(1 << 20, 1 << 20));
    assert_eq!(Position::new(0, 1 << 20, 0), refused(1 << 20, 1 << 20));
    assert_eq!(Position::new(0, 0, 256), refused(256, 256));
    assert_eq!(Position::new(u32::MAX, 0, 0), refused(u32::MAX, 1 << 20));
    let last = at((1 << 20) - 1, (1 << 20) - 1, 255);
    assert_eq!((last.i(), last.j(), last.slab(), last.counter()), ((1 << 20) - 1, (1 << 20) - 1, 255, (1 << 48) - 1));
}

proptest! {
    #[test]
    fn counter_packs_the_position(i in 0u32..1 << 20, j in 0u32..1 << 20, slab in 0u32..1 << 8) {
        let counter = at(i, j, slab).counter();
        prop_assert_eq!(counter, u64::from(i) + (u64::from(j) << 20) + (u64::from(slab) << 40));
        prop_assert_eq!([counter % (1 << 20), (counter >> 20) % (1 << 20), counter >> 40], [i, j, slab].map(u64::from));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn syn_is_its_plain_form(secret: [u8; 32], i in 0u32..64, j in 0u32..64, slab in 0u32..64) {
        let half = |text| *blake3::keyed_hash(&ascii32(text), &[secret, [0; 32]].concat()).as_bytes();
        let (key_a, key_b) = (half("OT-PROOF/1 SYN A"), half("OT-PROOF/1 SYN B"));
        let keys = SynKeys::new(&secret);
        prop_assert_eq!((keys.a, keys.b), (words(&key_a), words(&key_b)));
        let (a, b) = (plain_syn_block(&key_a, i, slab), plain_syn_block(&key_b, j, slab));
        prop_assert_eq!(ticket::syn_block(&keys.a, i, slab).map(|row| row.map(i64::from)), a);
        prop_assert_eq!(ticket::syn_block(&keys.b, j, slab).map(|row| row.map(i64::from)), b);
        let expected = plain_ticket(&secret, [i, j, slab].map(u64::from), &a, &b);
        prop_assert_eq!(ticket::syn(&secret, at(i, j, slab)), Ok(expected));
    }

    #[test]
    fn job_is_its_plain_form(secret: [u8; 32], keys: [[u8; 32]; 2], i in 0u32..1 << 20, j in 0u32..1 << 20, slab: u8) {
        let (x, w) = (random_block(1, 63), random_block(2, 63));
        let slab = u32::from(slab);
        let noise = [(&keys[0], i, &x), (&keys[1], j, &w)].map(|(key, block, operands)| {
            let noise = plain_noise(key, block, slab);
            core::array::from_fn(|r| core::array::from_fn(|c| noise[r][c] + i64::from(operands[r][c])))
        });
        let expected = plain_ticket(&secret, [i, j, slab].map(u64::from), &noise[0], &noise[1]);
        let keys = NoiseKeys { x: keys[0], w: keys[1] };
        prop_assert_eq!(ticket::job(&secret, &keys, at(i, j, slab), &x, &w), Ok(expected));
    }
}

#[test]
fn syn_operands_take_every_value_of_int7_and_no_other() {
    let keys = SynKeys::new(&hash(1));
    let mut counts = [0u32; 256];
    for slab in 0..16 {
        for value in ticket::syn_block(&keys.a, 3, slab).as_flattened() {
            counts[(i32::from(*value) + 128) as usize] += 1;
        }
    }
    for (index, count) in counts.into_iter().enumerate() {
        assert_eq!(count > 0, (65..=191).contains(&index), "{}", index as i32 - 128);
    }
}

#[test]
fn syn_is_refused_when_a_part_of_the_position_is_64() {
    let refused = Err(ProofError::OutOfRange { position: 64, limit: 64 });
    for position in [at(64, 0, 0), at(0, 64, 0), at(0, 0, 64)] {
        assert_eq!(ticket::syn(&hash(1), position), refused);
    }
    assert!(ticket::syn(&hash(1), at(63, 63, 63)).is_ok());
}

#[test]
fn job_is_refused_when_an_operand_is_not_int7() {
    let keys = NoiseKeys { x: hash(1), w: hash(2) };
    let fine = random_block(3, 63);
    let seed = hash(4);
    assert!(ticket::job(&seed, &keys, at(0, 0, 0), &fine, &fine).is_ok());
    for value in [64, -64, 127, -128] {
        for index in [0, 1, 64, 2_000, 4_095] {
            let mut bad = fine;
            bad.as_flattened_mut()[index] = value;
            let error = Err(ProofError::BadOperand { index: index as u32, value: value.into() });
            assert_eq!(ticket::job(&seed, &keys, at(0, 0, 0), &bad, &fine), error);
            assert_eq!(ticket::job(&seed, &keys, at(0, 0, 0), &fine, &bad), error);
        }
    }
}

#[test]
fn ticket_changes_with_seed_keys_position_and_operands() {
    let (x, w) = (random_block(1, 63), random_block(2, 63));
    let keys = NoiseKeys { x: hash(1), w: hash(2) };
    let mut one = x;
    one[63][63] ^= 1;
    let job = |seed, keys, position, x, w| ticket::job(&hash(seed), &keys, position, x, w).unwrap();
    let hashes = [
        job(5, keys, at(0, 0, 0), &x, &w),
        job(6, keys, at(0, 0, 0), &x, &w),
        job(5, NoiseKeys { x: hash(3), ..keys }, at(0, 0, 0), &x, &w),
        job(5, NoiseKeys { w: hash(3), ..keys }, at(0, 0, 0), &x, &w),
        job(5, keys, at(1, 0, 0), &x, &w),
        job(5, keys, at(0, 1, 0), &x, &w),
        job(5, keys, at(0, 0, 1), &x, &w),
        job(5, keys, at(0, 0, 0), &one, &w),
        job(5, keys, at(0, 0, 0), &w, &x),
    ];
    assert_all_differ(&hashes);
}

#[test]
fn nullifier_is_the_hash_of_its_words() {
    let expected = keccak(&[ascii32("OT-PROOF/1 nullifier"), hash(1), word(2), word(3), word(4)]);
    assert_eq!(ticket::nullifier::<Library>(&hash(1), at(2, 3, 4)), expected);
}

#[test]
fn nullifiers_differ_over_positions_and_seeds() {
    let mut all = Vec::new();
    for seed in 0..3 {
        for (i, j, slab) in (0..512).map(|n| (n % 8, n / 8 % 8, n / 64)) {
            all.push(ticket::nullifier::<Library>(&hash(seed), at(i, j, slab)));
        }
        all.push(ticket::nullifier::<Library>(&hash(seed), at((1 << 20) - 1, (1 << 20) - 1, 255)));
    }
    assert_all_differ(&all);
}

#[test]
fn target_compares_hashes_as_little_endian_numbers() {
    let mut small = [0xff; 32];
    small[31] = 0;
    let mut large = [0; 32];
    large[31] = 1;
    let target = Target(U256::ONE << 248);
    assert!(target.is_met(&small));
    // Equal is not below.
    assert!(!target.is_met(&large));
    assert!(Target((U256::ONE << 248) + U256::ONE).is_met(&large));
    assert!(Target(U256::ONE).is_met(&[0; 32]) && !Target(U256::ZERO).is_met(&[0; 32]));
    assert!(Target::EASIEST.is_met(&small) && !Target::EASIEST.is_met(&[0xff; 32]));
}

proptest! {
    #[test]
    fn target_is_met_as_a_comparison_of_reversed_bytes_says(hash: [u8; 32], target: [u8; 32]) {
        let reversed = |bytes: [u8; 32]| bytes.into_iter().rev().collect::<Vec<u8>>();
        let is_below = reversed(hash) < reversed(target);
        prop_assert_eq!(Target(U256::from_le_bytes(target)).is_met(&hash), is_below);
    }
}

#[test]
fn tickets_win_as_often_as_the_target_says() {
    let target = Target(U256::ONE << 253);
    let folded = |n: u32| core::array::from_fn(|word| n * 16 + word as u32);
    let wins = (0..8_000).filter(|n| target.is_met(&ticket::hash(&hash(1), at(*n, 0, 0), &folded(*n)))).count();
    // One in eight of 8,000 with a deviation of 29.6.
    assert!((852..=1_148).contains(&wins), "{wins} wins");
}
