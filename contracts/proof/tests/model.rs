//! Descriptors: what is written is read back, every rule is enforced at its byte, and no two byte strings describe one model.

use omnit_proof::model::{Descriptor, HEADER, Layer, MAX_LAYERS, Model, Op};
use omnit_proof::profile::{AddRequant, Bounds, Profile, Requant};
use omnit_proof::{ProofError, Result};
use proptest::prelude::*;

use crate::profile::{any_bounds, any_requant};
use crate::support::{Library, hash, run};

/// Everything a descriptor says.
type Content = (Profile, u32, Bounds, Vec<Layer>);

fn content(descriptor: &Descriptor<'_>) -> Content {
    let layers = (0..descriptor.layers()).map(|layer| descriptor.layer(layer).unwrap()).collect();
    (descriptor.profile(), descriptor.input_cols(), descriptor.input_bounds(), layers)
}

/// A mineable product, a table, a sum and a product that is not mineable: 70 -> 66 -> 66 -> 66 -> 5.
pub(crate) fn layers() -> [Layer; 4] {
    let requant = |bounds| Requant::new(Profile::Scale, 60, 14, bounds).unwrap();
    let add = AddRequant::new(Profile::Scale, [500, 700], 10, Bounds::FULL).unwrap();
    let narrow = Bounds::new(-100, 90).unwrap();
    [
        (Op::MatmulRq { input: 0, requant: requant(Bounds::INT7), is_mineable: true }, 70, 66),
        (Op::Lut { input: 1, bounds: narrow }, 66, 66),
        (Op::AddRq { inputs: [1, 2], requant: add }, 66, 66),
        (Op::MatmulRq { input: 3, requant: requant(Bounds::FULL), is_mineable: false }, 66, 5),
    ]
    .map(|(op, cols_in, cols_out)| Layer { op, cols_in, cols_out })
}

fn sample() -> Vec<u8> {
    run::descriptor(Profile::Scale, (70, Bounds::INT7), &layers())
}

/// `descriptor ‖ roots` with `count` made-up roots.
fn with_roots(descriptor: &[u8], count: u64) -> Vec<u8> {
    descriptor.iter().copied().chain((0..count).flat_map(hash)).collect()
}

#[test]
fn parse_gives_what_was_written() {
    let bytes = [sample(), vec![7; 3]].concat();
    let (descriptor, rest) = Descriptor::parse(&bytes).unwrap();
    assert_eq!(rest, [7; 3]);
    assert_eq!(content(&descriptor), (Profile::Scale, 70, Bounds::INT7, layers().to_vec()));
    assert_eq!(descriptor.parameters(), 5);
    assert_eq!([0, 1, 2, 3, 4].map(|layer| descriptor.first_parameter(layer)), [0, 2, 3, 3, 5]);
    assert_eq!(descriptor.layer(4), Err(ProofError::OutOfRange { position: 4, limit: 4 }));
}

#[test]
fn records_are_the_bytes_of_the_definition() {
    let text = "4f544d3101c13f00460000000400000000000000000000000000000000000000\
                01010000 0000 3c00 0000 0e c13f 000000 42000000 000000000000000000000000\
                02000100 0000 0000 0000 00 9c5a 000000 42000000 000000000000000000000000\
                03000100 0200 f401 bc02 0a 817f 000000 42000000 000000000000000000000000\
                01000300 0000 3c00 0000 0e 817f 000000 05000000 000000000000000000000000";
    let expected = hex::decode(text.replace([' ', '\n'], "")).unwrap();
    assert_eq!(hex::encode(sample()), hex::encode(expected));
}

fn any_layer(layer: u16, cols: u32) -> impl Strategy<Value = Layer> {
    let tensor = 0..=layer;
    let matmul = (tensor.clone(), any_requant()).prop_map(|(input, requant)| Op::MatmulRq {
        input,
        requant,
        is_mineable: false,
    });
    let lut = (tensor.clone(), any_bounds()).prop_map(|(input, bounds)| Op::Lut { input, bounds });
    let add = ([tensor.clone(), tensor], [1u16..=32_767, 1u16..=32_767], 1u8..=46, any_bounds()).prop_map(
        |(inputs, multipliers, shift, bounds)| Op::AddRq {
            inputs,
            requant: AddRequant::new(Profile::Scale, multipliers, shift, bounds).unwrap(),
        },
    );
    prop_oneof![matmul, lut, add].prop_map(move |op| Layer { op, cols_in: cols, cols_out: cols })
}

proptest! {
    #[test]
    fn parse_gives_what_was_written_when_layers_are_random(
        (layers, bounds) in (1u16..6, 1u32..=16_384).prop_flat_map(|(count, cols)| {
            ((0..count).map(|layer| any_layer(layer, cols)).collect::<Vec<_>>(), any_bounds())
        }),
    ) {
        let cols = layers[0].cols_in;
        let bytes = run::descriptor(Profile::Scale, (cols, bounds), &layers);
        let (descriptor, rest) = Descriptor::parse(&bytes).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(content(&descriptor), (Profile::Scale, cols, bounds, layers));
    }
}

#[test]
fn every_changed_byte_is_refused_or_makes_another_model() {
    let good = with_roots(&sample(), 5);
    let model = Model::parse(&good).unwrap();
    let (version, own) = (model.version::<Library>(), content(&model.descriptor));
    let mut accepted = 0;
    for at in 0..sample().len() {
        for by in 1..=255 {
            let mut bytes = good.clone();
            bytes[at] ^= by;
            if let Ok(other) = Model::parse(&bytes) {
                accepted += 1;
                assert_ne!(content(&other.descriptor), own, "byte {at} xor {by}");
                assert_ne!(other.version::<Library>(), version, "byte {at} xor {by}");
            }
        }
    }
    assert!(accepted > 1_000, "only {accepted} changes were accepted");
}

/// `(layer, byte to change, its new value, byte that is named)`.
const VIOLATIONS: [(u16, usize, u8, u8); 60] = [
    (HEADER, 0, b'o', 0),
    (HEADER, 3, b'2', 0),
    (HEADER, 4, 2, 4),
    (HEADER, 5, 0x80, 5),
    (HEADER, 5, 64, 5),
    (HEADER, 6, 0x80, 5),
    (HEADER, 7, 1, 7),
    (HEADER, 11, 2, 8),
    (HEADER, 13, 2, 12),
    (HEADER, 14, 1, 14),
    (HEADER, 31, 1, 14),
    // A product.
    (0, 0, 0, 0),
    (0, 0, 4, 0),
    (0, 1, 2, 1),
    (0, 1, 3, 1),
    (0, 2, 1, 2),
    (0, 3, 1, 2),
    (0, 4, 1, 4),
    (0, 5, 1, 4),
    (0, 7, 0x80, 6),
    (0, 8, 1, 8),
    (0, 9, 1, 8),
    (0, 10, 0, 10),
    (0, 10, 47, 10),
    (0, 11, 0x80, 11),
    (0, 11, 64, 11),
    (0, 12, 0x80, 11),
    (0, 13, 1, 13),
    (0, 15, 1, 13),
    (0, 19, 2, 16),
    (0, 20, 1, 20),
    (0, 31, 1, 20),
    (3, 1, 1, 1),
    // A table.
    (1, 1, 1, 1),
    (1, 2, 2, 2),
    (1, 2, 0, 16),
    (1, 4, 1, 4),
    (1, 5, 1, 4),
    (1, 6, 1, 6),
    (1, 7, 1, 6),
    (1, 8, 1, 8),
    (1, 9, 1, 8),
    (1, 10, 1, 10),
    (1, 11, 0x80, 11),
    (1, 14, 1, 13),
    (1, 16, 65, 16),
    (1, 25, 1, 20),
    // A sum.
    (2, 1, 1, 1),
    (2, 2, 3, 2),
    (2, 2, 0, 4),
    (2, 4, 3, 4),
    (2, 4, 0, 4),
    (2, 5, 1, 4),
    (2, 7, 0x81, 6),
    (2, 9, 0x82, 8),
    (2, 10, 0, 10),
    (2, 12, 0x80, 11),
    (2, 13, 1, 13),
    (2, 17, 1, 16),
    (2, 21, 1, 20),
];

#[test]
fn rules_name_their_byte_when_broken() {
    for (layer, at, value, byte) in VIOLATIONS {
        let record = if layer == HEADER { 0 } else { 32 * (usize::from(layer) + 1) };
        let mut bytes = sample();
        assert_ne!(bytes[record + at], value, "layer {layer}, byte {at} changes");
        bytes[record + at] = value;
        let found = Descriptor::parse(&bytes).map(|_| ());
        assert_eq!(found, Err(ProofError::BadDescriptor { layer, byte }), "layer {layer}, byte {at} is {value}");
    }
}

#[test]
fn fields_of_zero_are_refused_where_one_is_the_least() {
    let zeroed: [(u16, usize, usize, u8); 6] =
        [(HEADER, 8, 4, 8), (HEADER, 12, 2, 12), (0, 6, 2, 6), (2, 6, 2, 6), (2, 8, 2, 8), (3, 16, 4, 16)];
    for (layer, at, len, byte) in zeroed {
        let record = if layer == HEADER { 0 } else { 32 * (usize::from(layer) + 1) };
        let mut bytes = sample();
        bytes[record + at..record + at + len].fill(0);
        let found = Descriptor::parse(&bytes).map(|_| ());
        assert_eq!(found, Err(ProofError::BadDescriptor { layer, byte }), "layer {layer}, bytes {at}");
    }
}

#[test]
fn multipliers_are_refused_in_profile_0_when_not_one() {
    let one = Requant::new(Profile::Shift, 1, 7, Bounds::FULL).unwrap();
    let add = AddRequant::new(Profile::Shift, [1, 1], 1, Bounds::FULL).unwrap();
    let layers = [
        Layer { op: Op::MatmulRq { input: 0, requant: one, is_mineable: false }, cols_in: 8, cols_out: 8 },
        Layer { op: Op::AddRq { inputs: [0, 1], requant: add }, cols_in: 8, cols_out: 8 },
    ];
    let bytes = run::descriptor(Profile::Shift, (8, Bounds::FULL), &layers);
    assert_eq!(content(&Descriptor::parse(&bytes).unwrap().0).3, layers);
    for (layer, byte) in [(0, 6), (1, 6), (1, 8)] {
        let mut bytes = bytes.clone();
        bytes[32 * (layer + 1) + byte] = 2;
        let error = ProofError::BadDescriptor { layer: layer as u16, byte: byte as u8 };
        assert_eq!(Descriptor::parse(&bytes).map(|_| ()), Err(error));
    }
}

#[test]
fn mineable_layer_is_refused_when_its_input_is_not_int7() {
    for (lo, hi, is_fine) in [(-63, 63, true), (-64, 63, false), (-63, 64, false), (0, 63, true)] {
        let bytes = run::descriptor(Profile::Scale, (70, Bounds::new(lo, hi).unwrap()), &layers());
        let error = Err(ProofError::BadDescriptor { layer: 0, byte: 1 });
        assert_eq!(Descriptor::parse(&bytes).map(|_| ()), if is_fine { Ok(()) } else { error });
    }
    // The same where the input is the result of a layer: here of the table, within [−100, 90].
    let mut layers = layers();
    layers[2] = Layer { op: layers[0].op, cols_in: 66, cols_out: 66 };
    if let Op::MatmulRq { input, .. } = &mut layers[2].op {
        *input = 2;
    }
    let bytes = run::descriptor(Profile::Scale, (70, Bounds::INT7), &layers);
    assert_eq!(Descriptor::parse(&bytes).map(|_| ()), Err(ProofError::BadDescriptor { layer: 2, byte: 1 }));
}

#[test]
fn product_is_refused_when_its_input_is_too_wide() {
    for (cols, is_fine) in [(16_384, true), (16_385, false)] {
        let mut bytes = sample();
        bytes[8..12].copy_from_slice(&u32::to_le_bytes(cols));
        let error = Err(ProofError::BadDescriptor { layer: 0, byte: 2 });
        assert_eq!(Descriptor::parse(&bytes).map(|_| ()), if is_fine { Ok(()) } else { error });
    }
}

/// A model of `count` tables, one after the other.
fn tables(count: u16) -> Vec<u8> {
    let table = |input| Layer { op: Op::Lut { input, bounds: Bounds::FULL }, cols_in: 3, cols_out: 3 };
    let layers: Vec<Layer> = (0..count).map(table).collect();
    run::descriptor(Profile::Scale, (3, Bounds::FULL), &layers)
}

#[test]
fn model_has_at_most_256_layers() {
    assert_eq!(MAX_LAYERS, 256);
    let bytes = with_roots(&tables(256), 256);
    let model = Model::parse(&bytes).unwrap();
    assert_eq!((model.descriptor.layers(), model.descriptor.parameters()), (256, 256));
    assert_eq!((model.roots[255], model.descriptor.first_parameter(255)), (hash(255), 255));
    let error = Err(ProofError::BadDescriptor { layer: HEADER, byte: 12 });
    for count in [0, 257] {
        assert_eq!(Descriptor::parse(&tables(count)).map(|_| ()), error);
    }
}

#[test]
fn descriptor_is_refused_when_bytes_are_missing() {
    let bytes = sample();
    for len in 0..bytes.len() {
        let expected = if len < 32 { 32 } else { 160 };
        let found: Result<()> = Descriptor::parse(&bytes[..len]).map(|_| ());
        assert_eq!(found, Err(ProofError::BadLength { expected, found: len }));
    }
}

#[test]
fn model_is_refused_when_roots_are_missing_or_too_many() {
    let bytes = with_roots(&sample(), 6);
    let descriptor = sample().len();
    for found in 0..=192 {
        let parsed = Model::parse(&bytes[..descriptor + found]).map(|model| model.roots.to_vec());
        let error = ProofError::BadLength { expected: 160, found };
        assert_eq!(parsed, if found == 160 { Ok((0..5).map(hash).collect()) } else { Err(error) });
    }
}

#[test]
fn version_is_the_hash_of_descriptor_and_roots() {
    let bytes = with_roots(&sample(), 5);
    let version = Model::parse(&bytes).unwrap().version::<Library>();
    assert_eq!(version, alloy_primitives::keccak256(&bytes).0);
    for at in sample().len()..bytes.len() {
        let mut other = bytes.clone();
        other[at] ^= 1;
        assert_ne!(Model::parse(&other).unwrap().version::<Library>(), version);
    }
}
