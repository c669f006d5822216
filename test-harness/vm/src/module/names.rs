//! The module's name, which has a length limit although it is dropped.

use wasmparser::{Name, NameSectionReader};

/// Name of the module in a `name` section. A section that cannot be read names nothing, as engines ignore it.
pub(crate) fn module_name(section: &[u8]) -> Option<&str> {
    let names = NameSectionReader::new(super::reader(section));
    names.into_iter().map_while(Result::ok).find_map(|name| match name {
        Name::Module { name, .. } => Some(name),
        _ => None,
    })
}
