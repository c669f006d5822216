//! Deployed code of programs: prefixes, compression, fragments (`stylus-node.md` §2).

use alloy_primitives::{Address, Bytes};

/// First bytes of all Stylus code.
const MARK: [u8; 2] = [0xef, 0xf0];
/// Third byte of a whole program.
const CLASSIC: u8 = 0x00;
/// Third byte of a piece of a program.
const FRAGMENT: u8 = 0x01;
/// Third byte of a program that lists its pieces.
const ROOT: u8 = 0x02;
/// Bytes before the addresses of a root: mark, kind, dictionary, length.
const ROOT_HEADER: usize = 8;
/// Window of the compressor, as a power of two.
const WINDOW: u32 = 22;
/// Quality of the official deploy tool.
const QUALITY: u32 = 11;

/// Why code is not a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The code does not start with a Stylus prefix.
    #[error("the code is not Stylus code")]
    NotStylus,
    /// The code ends within its header.
    #[error("Stylus code of {0} bytes is cut off")]
    TooShort(usize),
    /// A fragment can neither run nor be activated.
    #[error("the code is a fragment of a program")]
    IsFragment,
    /// The code lists fragments, which are other accounts' code.
    #[error("the code is a root: its program is in other accounts")]
    NeedsFragments,
    /// Code given as a fragment does not start with its prefix.
    #[error("the code is not a fragment of a program")]
    NotFragment,
    /// The addresses of a root are not a multiple of 20 bytes, or there are none or too many.
    #[error("a root lists {count} fragments (allowed are 1 to {max}) and {rest} odd bytes")]
    BadFragments {
        /// Whole addresses.
        count: usize,
        /// Most that are allowed.
        max: u8,
        /// Bytes behind the last whole address.
        rest: usize,
    },
    /// Compressed with the platform's own dictionary, which this machine does not have.
    #[error(
        "the code is compressed with the stylus-program dictionary, which is not available: compress without a dictionary"
    )]
    DictionaryUnavailable,
    /// No such dictionary.
    #[error("dictionary {0} does not exist")]
    UnknownDictionary(u8),
    /// The bytes are no brotli stream.
    #[error("the code cannot be decompressed")]
    Corrupt,
    /// The program is larger than the chain allows.
    #[error("the program is larger than {max} bytes")]
    TooLarge {
        /// Limit in bytes.
        max: u32,
    },
    /// A root announces another length than its fragments have.
    #[error("the program has {actual} bytes, its root says {declared}")]
    WrongLength {
        /// What the root says.
        declared: u32,
        /// What the fragments have.
        actual: usize,
    },
}

/// A root: where the pieces of a program are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Dictionary byte.
    pub dictionary: u8,
    /// Bytes of the decompressed program.
    pub decompressed_len: u32,
    /// Accounts that hold the fragments, in order.
    pub fragments: Vec<Address>,
}

/// Kinds of Stylus code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// A whole program.
    Classic,
    /// A piece of one.
    Fragment,
    /// A list of pieces.
    Root,
}

/// What kind of Stylus code `code` is, by its first three bytes.
pub fn code_kind(code: &[u8]) -> Option<CodeKind> {
    match code {
        [first, second, kind, ..] if [*first, *second] == MARK => match *kind {
            CLASSIC => Some(CodeKind::Classic),
            FRAGMENT => Some(CodeKind::Fragment),
            ROOT => Some(CodeKind::Root),
            _ => None,
        },
        _ => None,
    }
}

/// WASM of a whole program, at most `max_wasm_size` bytes.
pub fn decode(code: &[u8], max_wasm_size: u32) -> Result<Bytes, CodeError> {
    match (code_kind(code), code) {
        (Some(CodeKind::Classic), [_, _, _, dictionary, compressed @ ..]) => {
            decompress(*dictionary, compressed, max_wasm_size)
        }
        (Some(CodeKind::Fragment), _) => Err(CodeError::IsFragment),
        (Some(CodeKind::Root), _) => Err(CodeError::NeedsFragments),
        (Some(CodeKind::Classic), _) => Err(CodeError::TooShort(code.len())),
        _ => Err(CodeError::NotStylus),
    }
}

/// Reads the list of fragments in a root's code.
pub fn decode_root(code: &[u8], max_wasm_size: u32, max_fragments: u8) -> Result<Root, CodeError> {
    if code_kind(code) != Some(CodeKind::Root) {
        return Err(CodeError::NotStylus);
    }
    let (header, addresses) = code.split_at_checked(ROOT_HEADER).ok_or(CodeError::TooShort(code.len()))?;
    let addresses = addresses.chunks_exact(Address::len_bytes());
    let (count, rest) = (addresses.len(), addresses.remainder().len());
    if rest != 0 || count == 0 || count > usize::from(max_fragments) {
        return Err(CodeError::BadFragments { count, max: max_fragments, rest });
    }
    let decompressed_len = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    if decompressed_len > max_wasm_size {
        return Err(CodeError::TooLarge { max: max_wasm_size });
    }
    Ok(Root { dictionary: header[3], decompressed_len, fragments: addresses.map(Address::from_slice).collect() })
}

/// WASM of a program whose `fragments` hold the codes of the accounts that `root` lists, in order.
pub fn join_fragments(root: &Root, fragments: &[Bytes]) -> Result<Bytes, CodeError> {
    let mut compressed = Vec::new();
    for fragment in fragments {
        if code_kind(fragment) != Some(CodeKind::Fragment) {
            return Err(CodeError::NotFragment);
        }
        compressed.extend_from_slice(&fragment[3..]);
    }
    let wasm = decompress(root.dictionary, &compressed, root.decompressed_len)?;
    if wasm.len() != root.decompressed_len as usize {
        return Err(CodeError::WrongLength { declared: root.decompressed_len, actual: wasm.len() });
    }
    Ok(wasm)
}

/// Code of a whole program as the official deploy tool makes it: brotli quality 11, window 22, no dictionary.
pub fn encode(wasm: &[u8]) -> Bytes {
    encode_with_quality(wasm, QUALITY)
}

/// As [`encode`], with another brotli quality (0 to 11): lower is faster and larger.
pub fn encode_with_quality(wasm: &[u8], quality: u32) -> Bytes {
    let mut code = vec![MARK[0], MARK[1], CLASSIC, 0];
    let params = brotli::enc::BrotliEncoderParams {
        quality: i32::try_from(quality).unwrap_or(QUALITY as i32),
        lgwin: WINDOW as i32,
        size_hint: wasm.len(),
        ..Default::default()
    };
    let mut input = wasm;
    brotli::BrotliCompress(&mut input, &mut code, &params).expect("reading and writing memory cannot fail");
    code.into()
}

/// Decompresses at most `max` bytes.
fn decompress(dictionary: u8, compressed: &[u8], max: u32) -> Result<Bytes, CodeError> {
    match dictionary {
        0 => {}
        1 => return Err(CodeError::DictionaryUnavailable),
        other => return Err(CodeError::UnknownDictionary(other)),
    }
    let mut sink = Capped { bytes: Vec::new(), max: max as usize, is_full: false };
    let mut input = compressed;
    match brotli::BrotliDecompress(&mut input, &mut sink) {
        Ok(()) => Ok(sink.bytes.into()),
        Err(_) if sink.is_full => Err(CodeError::TooLarge { max }),
        Err(_) => Err(CodeError::Corrupt),
    }
}

/// Refuses to hold more than `max` bytes, so that a small stream cannot fill the host's memory.
struct Capped {
    bytes: Vec<u8>,
    max: usize,
    is_full: bool,
}

impl std::io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max {
            self.is_full = true;
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
