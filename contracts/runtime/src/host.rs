//! The host functions of module `vm_hooks`, as the platform publishes them. Pointers are to big-endian words or raw bytes.
#![allow(
    unsafe_code,
    reason = "importing functions of the host is inherently unsafe; every use states why its pointers hold"
)]

macro_rules! hooks {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)?;)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = "vm_hooks")]
        unsafe extern "C" {
            $($(#[$doc])* pub(crate) fn $name($($arg: $ty),*) $(-> $ret)?;)*
        }

        // Lets the crate link natively, so that pure functions of contracts run in ordinary unit tests.
        $(
            #[cfg(not(target_arch = "wasm32"))]
            $(#[$doc])*
            pub(crate) unsafe fn $name($(_: $ty),*) $(-> $ret)? {
                panic!(concat!("vm_hooks.", stringify!($name), " exists only inside a Stylus program"))
            }
        )*
    };
}

hooks! {
    /// Copies the calldata.
    fn read_args(dest: *mut u8);
    /// Sets the return or revert data.
    fn write_result(data: *const u8, len: usize);
    /// Reads a storage word through the cache of this invocation.
    fn storage_load_bytes32(key: *const u8, dest: *mut u8);
    /// Writes a storage word into the cache of this invocation.
    fn storage_cache_bytes32(key: *const u8, value: *const u8);
    /// Makes the cached writes real; `clear` also forgets what was read.
    fn storage_flush_cache(clear: u32);
    /// Reads a word of transient storage.
    fn transient_load_bytes32(key: *const u8, dest: *mut u8);
    /// Writes a word of transient storage.
    fn transient_store_bytes32(key: *const u8, value: *const u8);
    /// Calls; answers 0 on success and stores the length of the return data.
    fn call_contract(to: *const u8, data: *const u8, len: usize, value: *const u8, gas: u64, returned: *mut usize) -> u8;
    /// Calls without the right to change state.
    fn static_call_contract(to: *const u8, data: *const u8, len: usize, gas: u64, returned: *mut usize) -> u8;
    /// Runs the code of another contract in the place of this one.
    fn delegate_call_contract(to: *const u8, data: *const u8, len: usize, gas: u64, returned: *mut usize) -> u8;
    /// Copies a part of the last return data; answers how much.
    fn read_return_data(dest: *mut u8, offset: usize, size: usize) -> usize;
    /// Emits a log whose first `topics` words are its topics.
    fn emit_log(data: *const u8, len: usize, topics: usize);
    /// Keccak-256.
    fn native_keccak256(data: *const u8, len: usize, dest: *mut u8);
    /// Address of this contract.
    fn contract_address(dest: *mut u8);
    /// The caller.
    fn msg_sender(dest: *mut u8);
    /// The value sent, a word.
    fn msg_value(dest: *mut u8);
    /// Divides the word at `value` by the word at `divisor`, in place; by zero gives zero.
    fn math_div(value: *mut u8, divisor: *const u8);
    /// The remainder of the same.
    fn math_mod(value: *mut u8, modulus: *const u8);
    /// Gas left.
    fn evm_gas_left() -> u64;
    /// Unix seconds.
    fn block_timestamp() -> u64;
    /// Chain id.
    fn chainid() -> u64;
    /// Pays for memory that is about to grow. Activation demands that the import exists.
    fn pay_for_memory_grow(pages: u32);
}
