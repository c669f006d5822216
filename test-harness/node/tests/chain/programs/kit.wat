;; A program with one operation per first byte of its arguments; what follows is the operation's data.
(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
  (import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
  (import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
  (import "vm_hooks" "block_number" (func $block_number (result i64)))
  (import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
  (import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
  (memory (export "memory") 3)

  ;; Arguments from 0x10000 on, scratch below 0x400, results from 0x400 on.
  (func $deeper (param i32) (result i32)
    (i32.add (call $deeper (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))

  ;; Returns what the last call returned, as its own result or revert data.
  (func $forward (param $status i32) (result i32)
    (local $len i32)
    (local.set $len (i32.load (i32.const 0x300)))
    (drop (call $read_return_data (i32.const 0x400) (i32.const 0) (local.get $len)))
    (call $write_result (i32.const 0x400) (local.get $len))
    (i32.ne (local.get $status) (i32.const 0)))

  (func (export "user_entrypoint") (param $len i32) (result i32)
    (local $data i32)
    (local.set $data (i32.const 0x10001))
    (call $read_args (i32.const 0x10000))
    (local.set $len (i32.sub (local.get $len) (i32.const 1)))
    (block $create (block $balance (block $lost (block $grow (block $spin (block $deep
    (block $stat (block $dele (block $call (block $probe (block $log (block $load (block $store
    (block $trap (block $revert (block $echo
      (br_table $echo $revert $trap $store $load $log $probe $call $dele $stat $deep $spin $grow $lost $balance $create
        $trap (i32.load8_u (i32.const 0x10000))))
      ;; 0 echo
      (call $write_result (local.get $data) (local.get $len))
      (return (i32.const 0)))
      ;; 1 revert
      (call $write_result (local.get $data) (local.get $len))
      (return (i32.const 1)))
      ;; 2 trap
      (unreachable))
      ;; 3 store slot value
      (call $store (local.get $data) (i32.add (local.get $data) (i32.const 32)))
      (call $flush (i32.const 1))
      (return (i32.const 0)))
      ;; 4 load slot
      (call $load (local.get $data) (i32.const 0x400))
      (call $write_result (i32.const 0x400) (i32.const 32))
      (return (i32.const 0)))
      ;; 5 log, one topic
      (call $emit_log (local.get $data) (local.get $len) (i32.const 1))
      (return (i32.const 0)))
      ;; 6 probe: sender, contract, value, reentrant, origin, block number, timestamp
      (call $msg_sender (i32.const 0x40c))
      (call $contract_address (i32.const 0x42c))
      (call $msg_value (i32.const 0x440))
      (i32.store8 (i32.const 0x47f) (call $msg_reentrant))
      (call $tx_origin (i32.const 0x48c))
      (i64.store (i32.const 0x4a0) (call $block_number))
      (i64.store (i32.const 0x4c0) (call $block_timestamp))
      (call $write_result (i32.const 0x400) (i32.const 0xe0))
      (return (i32.const 0)))
      ;; 7 call target data, with the value received
      (call $msg_value (i32.const 0x200))
      (return (call $forward (call $call
        (i32.add (local.get $data) (i32.const 12)) (i32.add (local.get $data) (i32.const 32))
        (i32.sub (local.get $len) (i32.const 32)) (i32.const 0x200) (i64.const -1) (i32.const 0x300)))))
      ;; 8 delegate call target data
      (return (call $forward (call $delegate
        (i32.add (local.get $data) (i32.const 12)) (i32.add (local.get $data) (i32.const 32))
        (i32.sub (local.get $len) (i32.const 32)) (i64.const -1) (i32.const 0x300)))))
      ;; 9 static call target data
      (return (call $forward (call $static
        (i32.add (local.get $data) (i32.const 12)) (i32.add (local.get $data) (i32.const 32))
        (i32.sub (local.get $len) (i32.const 32)) (i64.const -1) (i32.const 0x300)))))
      ;; 10 recurse without end
      (return (call $deeper (i32.const 0))))
      ;; 11 loop without end
      (loop $forever (br $forever)))
      ;; 12 grow by 10 pages
      (i32.store (i32.const 0x400) (memory.grow (i32.const 10)))
      (call $write_result (i32.const 0x400) (i32.const 32))
      (return (i32.const 0)))
      ;; 13 store without flush
      (call $store (local.get $data) (i32.add (local.get $data) (i32.const 32)))
      (return (i32.const 0)))
      ;; 14 balance of an address
      (call $account_balance (i32.add (local.get $data) (i32.const 12)) (i32.const 0x400))
      (call $write_result (i32.const 0x400) (i32.const 32))
      (return (i32.const 0)))
    ;; 15 create with init code
    (call $msg_value (i32.const 0x200))
    (call $create1 (local.get $data) (local.get $len) (i32.const 0x200) (i32.const 0x40c) (i32.const 0x300))
    (call $write_result (i32.const 0x400) (i32.const 32))
    (i32.const 0))
)
