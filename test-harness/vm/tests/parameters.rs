//! Parameters of the rule sets (`stylus-node.md` §1).

use alloy_primitives::b256;
use omnit_vm::{ArbosVersion, StylusParams, UnknownArbos};

#[test]
fn rule_sets_start_with_the_documented_parameters() {
    let at = |number| StylusParams::at(ArbosVersion::new(number).unwrap());
    assert_eq!((at(30).version, at(51).version, at(59).version, at(60).version), (1, 2, 3, 3));
    assert_eq!((at(40).max_stack_depth, at(50).max_stack_depth), (262_144, 22_000));
    assert_eq!((at(59).max_wasm_size, at(60).max_wasm_size), (131_072, 262_144));
    assert_eq!((at(51).init_gas(20), at(51).cached_gas(11)), (8_852, 363));
    assert_eq!(at(30).init_gas(0), 9_216);
    assert_eq!(ArbosVersion::new(52), Err(UnknownArbos(52)));
}

#[test]
fn the_word_packs_fields_in_order() {
    let params = StylusParams::at(ArbosVersion::V60);
    let word = b256!("0003002710000055f0000203e80080450b3232016d001f002000040000040000");
    assert_eq!(params.pack(), word);
}

#[test]
fn packing_and_unpacking_agree() {
    for number in [30, 31, 32, 40, 50, 51, 59, 60] {
        let arbos = ArbosVersion::new(number).unwrap();
        let mut params = StylusParams::at(arbos);
        params.ink_price = 0xff_fffe;
        params.cached_cost_scalar = 7;
        params.block_cache_size = 9;
        assert_eq!(StylusParams::unpack(arbos, params.pack()), params, "{number}");
    }
}

#[test]
fn scaled_costs_round_up() {
    let mut params = StylusParams::at(ArbosVersion::V51);
    params.init_cost_scalar = 33;
    assert_eq!(params.init_gas(1), 8_832 + 1);
    assert_eq!(params.init_gas(100), 8_832 + 66);
}
