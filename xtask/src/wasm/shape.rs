//! Modules as a Stylus chain takes them.

use super::CODE_LIMIT;
use eyre::{Context as _, Result, ensure};
use std::io::Write as _;
use wasm_encoder::{
    ExportSection, Module, RawSection, SectionId,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{CustomSectionReader, ExportSectionReader, Parser};

/// First bytes of a program's code: a WASM program, compressed without a dictionary.
const PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

/// What the chain looks at. Other exports are dropped at activation, but the globals they keep alive would be paid for in every call.
const EXPORTS: [&str; 2] = ["user_entrypoint", "memory"];

/// Re-encodes a module without custom sections, other exports and the data count section.
///
/// Re-encoding also shortens numbers that the linker padded: activation refuses over-long table indices.
///
/// # Errors
/// When the module is not valid WebAssembly.
pub(super) fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut stripped = Module::new();
    Strip.parse_core_module(&mut stripped, Parser::new(0), wasm)?;
    let encoded = stripped.finish();
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(&encoded) {
        if let Some((id, range)) = payload?.as_section()
            && id != u8::from(SectionId::DataCount)
        {
            module.section(&RawSection { id, data: &encoded[range.start as usize..range.end as usize] });
        }
    }
    Ok(module.finish())
}

struct Strip;

impl Reencode for Strip {
    type Error = std::convert::Infallible;

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error<Self::Error>> {
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for export in section {
            let export = export?;
            if EXPORTS.contains(&export.name) {
                utils::parse_export(self, exports, export)?;
            }
        }
        Ok(())
    }
}

/// The code of an account that runs `module`: prefix and brotli at its best.
///
/// # Errors
/// When it is larger than an account's code may be.
pub(super) fn compress(module: &[u8]) -> Result<Vec<u8>> {
    let mut code = PREFIX.to_vec();
    let mut writer = brotli::CompressorWriter::new(&mut code, 4096, 11, 22);
    writer.write_all(module).wrap_err("brotli failed")?;
    drop(writer);
    ensure!(
        code.len() <= CODE_LIMIT,
        "the code has {} bytes, {} more than an account may have",
        code.len(),
        code.len() - CODE_LIMIT
    );
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataCountSection, ExportKind, Function, FunctionSection, GlobalSection,
        GlobalType, MemorySection, MemoryType, TypeSection, ValType,
    };

    fn linked() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        module.section(&types);
        module.section(FunctionSection::new().function(0));
        let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
        module.section(MemorySection::new().memory(memory));
        let constant = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
        module.section(GlobalSection::new().global(constant, &ConstExpr::i32_const(7)));
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0).export("user_entrypoint", ExportKind::Func, 0);
        module.section(exports.export("__heap_base", ExportKind::Global, 0));
        module.section(&DataCountSection { count: 0 });
        // local.get 0 with an index padded to three bytes, end.
        let mut code = CodeSection::new();
        let mut body = Function::new([]);
        body.raw([0x20, 0x80, 0x80, 0x00, 0x0b]);
        module.section(code.function(&body));
        module.section(&CustomSection { name: "producers".into(), data: (&[1, 2, 3]).into() });
        module.finish()
    }

    #[test]
    fn strip_keeps_the_entry_point_and_drops_the_rest() {
        let stripped = strip(&linked()).expect("valid");
        wasmparser::validate(&stripped).expect("still valid");
        let exports: Vec<_> = Parser::new(0)
            .parse_all(&stripped)
            .filter_map(|payload| match payload.expect("valid") {
                wasmparser::Payload::ExportSection(exports) => Some(exports),
                wasmparser::Payload::CustomSection(_) | wasmparser::Payload::DataCountSection { .. } => {
                    panic!("not stripped")
                }
                _ => None,
            })
            .flatten()
            .map(|export| export.expect("valid").name.to_owned())
            .collect();
        assert_eq!(exports, ["memory", "user_entrypoint"]);
        assert!(!stripped.windows(4).any(|code| code == [0x20, 0x80, 0x80, 0x00]), "the padded index is still there");
    }

    #[test]
    fn strip_is_an_error_when_the_module_is_broken() {
        assert!(strip(&linked()[..30]).is_err());
    }

    #[test]
    fn compress_refuses_when_the_code_would_not_fit() {
        let noise: Vec<u8> = (0u32..40_000)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 ^ (i.wrapping_mul(i) >> 7) as u8)
            .collect();
        assert!(compress(&noise).is_err());
        assert_eq!(compress(&linked()).expect("small")[..4], PREFIX);
    }
}
