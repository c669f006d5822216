//! `models.json`.

use omnit_proof::Result;
use omnit_proof::model::{Descriptor, Layer, Model, Op};
use omnit_proof::profile::{AddRequant, Bounds, Profile, Requant};

use super::json::{Fields, File, Json, Vector, fields, hex};
use crate::support::{Library, hash, run};

/// A descriptor; its parameter roots are made up.
struct Described(Vec<u8>);

impl Vector for Described {
    const KIND: &'static str = "model";

    fn inputs(&self) -> Fields {
        fields! { "descriptor": hex(&self.0) }
    }

    fn results(&self) -> Result<Fields> {
        let (descriptor, rest) = Descriptor::parse(&self.0)?;
        let roots: Vec<_> = (0..descriptor.parameters() as u64).map(hash).collect();
        // Bytes after the descriptor would be taken for roots.
        let bytes = [descriptor_bytes(&descriptor, &self.0, rest), rest, roots.as_flattened()].concat();
        let model = Model::parse(&bytes)?;
        let layers = (0..descriptor.layers())
            .map(|layer| descriptor.layer(layer).map(|layer| Json::Object(layer_fields(&layer))));
        let bounds = descriptor.input_bounds();
        Ok(fields! {
            "profile": descriptor.profile() as u8, "lo": bounds.lo(), "hi": bounds.hi(), "cols": descriptor.input_cols(),
            "layers": layers.collect::<Result<Vec<_>>>()?,
            "roots": roots.iter().map(hex).collect::<Vec<_>>(),
            "version": hex(model.version::<Library>()),
        })
    }
}

fn descriptor_bytes<'a>(descriptor: &Descriptor<'_>, bytes: &'a [u8], rest: &[u8]) -> &'a [u8] {
    let own = &bytes[..bytes.len() - rest.len()];
    assert_eq!(own.len(), 32 * (usize::from(descriptor.layers()) + 1));
    own
}

fn layer_fields(layer: &Layer) -> Fields {
    let (op, is_mineable, [a, b], [m, m_b], s) = match layer.op {
        Op::MatmulRq { input, requant, is_mineable } => {
            (1, is_mineable, [input, 0], [requant.multiplier(), 0], requant.shift())
        }
        Op::Lut { input, .. } => (2, false, [input, 0], [0, 0], 0),
        Op::AddRq { inputs, requant } => (3, false, inputs, requant.multipliers(), requant.shift()),
    };
    let bounds = layer.op.bounds();
    fields! {
        "op": op, "mineable": is_mineable, "a": a, "b": b, "m": m, "m_b": m_b, "s": s,
        "lo": bounds.lo(), "hi": bounds.hi(), "cols": layer.cols_out,
    }
}

fn requant(profile: Profile, m: u16, s: u8, bounds: Bounds) -> Requant {
    Requant::new(profile, m, s, bounds).unwrap()
}

/// The model of the tests: a product that can be mined, a table, a sum, a product.
fn sample() -> Vec<u8> {
    run::descriptor(Profile::Scale, (70, Bounds::INT7), &crate::model::layers())
}

/// The file.
pub(super) fn file() -> File {
    let mut file = File::new("SPEC.md section 3: descriptors and versions; the parameter roots are made up.");
    good(&mut file);
    bad_headers(&mut file);
    bad_records(&mut file);
    bad_sizes(&mut file);
    file
}

fn good(file: &mut File) {
    file.accept("four layers", &Described(sample()));
    let full = Bounds::FULL;
    let matmul = |profile, m, s| Op::MatmulRq { input: 0, requant: requant(profile, m, s, full), is_mineable: false };
    let one =
        |profile, op, cols_in, cols_out| run::descriptor(profile, (cols_in, full), &[Layer { op, cols_in, cols_out }]);
    file.accept("profile 0", &Described(one(Profile::Shift, matmul(Profile::Shift, 1, 46), 1, 1)));
    file.accept(
        "largest numbers",
        &Described(one(Profile::Scale, matmul(Profile::Scale, 32_767, 46), 16_384, 1 << 24)),
    );
    let wide = Op::Lut { input: 0, bounds: Bounds::new(-127, -127).unwrap() };
    file.accept("table over 2^24 columns", &Described(one(Profile::Scale, wide, 1 << 24, 1 << 24)));
    let add = |inputs| Op::AddRq { inputs, requant: AddRequant::new(Profile::Scale, [1, 32_767], 1, full).unwrap() };
    file.accept("input added to itself", &Described(one(Profile::Scale, add([0, 0]), 9, 9)));
    let chain: Vec<Layer> =
        (0..256).map(|layer| Layer { op: add([layer, layer / 2]), cols_in: 2, cols_out: 2 }).collect();
    file.accept("256 layers", &Described(run::descriptor(Profile::Scale, (2, full), &chain)));
    let again: Vec<Layer> = chain.iter().cycle().take(257).copied().collect();
    file.refuse("257 layers", &Described(run::descriptor(Profile::Scale, (2, full), &again)));
}

/// Refuses the sample with bytes from `at` replaced.
fn patch(file: &mut File, name: &str, at: usize, bytes: &[u8]) {
    let mut descriptor = sample();
    descriptor[at..at + bytes.len()].copy_from_slice(bytes);
    file.refuse(name, &Described(descriptor));
}

fn bad_headers(file: &mut File) {
    let patches: [(&str, usize, &[u8]); 15] = [
        ("another magic", 0, b"OTM2"),
        ("profile 2", 4, &[2]),
        ("input lo is -128", 5, &[0x80]),
        ("input lo above hi", 5, &[64]),
        ("input hi is -128", 6, &[0x80]),
        ("header byte 7", 7, &[1]),
        ("no columns of the input", 8, &[0; 4]),
        ("2^24 + 1 columns of the input", 8, &[1, 0, 0, 1]),
        ("16,385 columns into a product", 8, &[1, 0x40, 0, 0]),
        ("no layers", 12, &[0]),
        ("one layer more than there are", 12, &[5]),
        ("one layer less than there are", 12, &[3]),
        ("header byte 14", 14, &[1]),
        ("header byte 31", 31, &[1]),
        ("mineable layer with an input beyond 63", 6, &[64]),
    ];
    for (name, at, bytes) in patches {
        patch(file, name, at, bytes);
    }
}

fn bad_records(file: &mut File) {
    let patches: [(&str, usize, usize, &[u8]); 40] = [
        ("op 0", 0, 0, &[0]),
        ("op 4", 0, 0, &[4]),
        ("flag of bit 1", 0, 1, &[3]),
        ("product reads its own result", 0, 2, &[1]),
        ("product reads tensor 256", 0, 2, &[0, 1]),
        ("product with a second input", 0, 4, &[1]),
        ("product with M = 0", 0, 6, &[0, 0]),
        ("product with M = 32,768", 0, 6, &[0, 0x80]),
        ("product with M_b", 0, 8, &[1]),
        ("product with s = 0", 0, 10, &[0]),
        ("product with s = 47", 0, 10, &[47]),
        ("product with lo = -128", 0, 11, &[0x80]),
        ("product with lo above hi", 0, 11, &[64]),
        ("record byte 13", 0, 13, &[1]),
        ("record byte 15", 0, 15, &[1]),
        ("product without columns", 3, 16, &[0]),
        ("product with 2^24 + 1 columns", 3, 16, &[1, 0, 0, 1]),
        ("record byte 20", 0, 20, &[1]),
        ("record byte 31", 3, 31, &[1]),
        ("mineable product of a wide tensor", 3, 1, &[1]),
        ("mineable table", 1, 1, &[1]),
        ("table reads its own result", 1, 2, &[2]),
        ("table with a second input", 1, 4, &[1]),
        ("table with M", 1, 6, &[1]),
        ("table with M_b", 1, 8, &[1]),
        ("table with s", 1, 10, &[1]),
        ("table with lo = -128", 1, 11, &[0x80]),
        ("table that changes columns", 1, 16, &[65]),
        ("table of a tensor of other columns", 1, 2, &[0]),
        ("mineable sum", 2, 1, &[1]),
        ("sum reads its own result first", 2, 2, &[3]),
        ("sum reads its own result second", 2, 4, &[3]),
        ("sum of tensors of other columns", 2, 4, &[0]),
        ("sum with M = 0", 2, 6, &[0, 0]),
        ("sum with M_b = 0", 2, 8, &[0, 0]),
        ("sum with M_b = 32,768", 2, 8, &[0, 0x80]),
        ("sum with s = 0", 2, 10, &[0]),
        ("sum with s = 47", 2, 10, &[47]),
        ("sum with hi = -128", 2, 12, &[0x80]),
        ("sum that changes columns", 2, 16, &[67]),
    ];
    for (name, layer, at, bytes) in patches {
        patch(file, name, 32 * (layer + 1) + at, bytes);
    }
}

fn bad_sizes(file: &mut File) {
    let bytes = sample();
    for (name, len) in [("empty", 0), ("half a header", 16), ("header only", 32), ("half a record missing", 144)] {
        file.refuse(name, &Described(bytes[..len].to_vec()));
    }
    file.refuse("one byte more", &Described([&bytes[..], &[0]].concat()));
    file.refuse("one record more", &Described([&bytes[..], &bytes[128..]].concat()));
    let layer = Layer {
        op: Op::MatmulRq { input: 0, requant: requant(Profile::Shift, 1, 8, Bounds::FULL), is_mineable: false },
        cols_in: 4,
        cols_out: 4,
    };
    let mut shift = run::descriptor(Profile::Shift, (4, Bounds::FULL), &[layer]);
    shift[32 + 6] = 2;
    file.refuse("profile 0 with M = 2", &Described(shift));
}
