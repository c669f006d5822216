//! Random valid programs without imports.

use proptest::prelude::*;

/// A statement or expression of a generated program; expressions are of type i32.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Const(i32),
    Local(u8),
    Binary(u8, Box<Node>, Box<Node>),
    Unary(u8, Box<Node>),
    Wide(u8, Box<Node>, Box<Node>),
    Load(u8, Box<Node>),
    Select(Box<Node>, Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    Call(u8, Box<Node>),
    Indirect(Box<Node>, Box<Node>),
    Grow(Box<Node>),
}

#[derive(Debug, Clone)]
pub(crate) enum Statement {
    Set(u8, Node),
    Store(u8, Node, Node),
    Global(Node),
    Loop(u8, Vec<Statement>),
    Switch(Node, Vec<Vec<Statement>>),
    Fill(Node, Node, Node),
    Copy(Node, Node, Node),
    Return(Node),
    Unreachable,
}

const BINARY: [&str; 16] = [
    "add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s", "rotl", "lt_s",
    "ge_u", "eq",
];
const UNARY: [&str; 6] = ["eqz", "clz", "ctz", "popcnt", "extend8_s", "extend16_s"];
const LOADS: [&str; 4] = ["load", "load8_s", "load16_u", "load8_u"];
const STORES: [&str; 3] = ["store", "store8", "store16"];

/// Functions besides the entry point.
const FUNCTIONS: u8 = 2;
/// Locals that statements use; loops count in one of their own.
const LOCALS: u8 = 3;

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Node::Const),
        (0..40_i32).prop_map(Node::Const),
        (0..LOCALS).prop_map(Node::Local),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (any::<u8>(), boxed(), boxed()).prop_map(|(op, left, right)| Node::Binary(op, left, right)),
            (any::<u8>(), boxed()).prop_map(|(op, value)| Node::Unary(op, value)),
            (any::<u8>(), boxed(), boxed()).prop_map(|(op, left, right)| Node::Wide(op, left, right)),
            (any::<u8>(), boxed()).prop_map(|(op, address)| Node::Load(op, address)),
            (boxed(), boxed(), boxed()).prop_map(|(one, two, three)| Node::Select(one, two, three)),
            (boxed(), boxed(), boxed()).prop_map(|(test, one, two)| Node::If(test, one, two)),
            (0..FUNCTIONS, boxed()).prop_map(|(function, argument)| Node::Call(function, argument)),
            (boxed(), boxed()).prop_map(|(argument, index)| Node::Indirect(argument, index)),
            boxed().prop_map(Node::Grow),
        ]
    })
}

fn statement() -> impl Strategy<Value = Statement> {
    let simple = prop_oneof![
        4 => (0..LOCALS, node()).prop_map(|(local, value)| Statement::Set(local, value)),
        3 => (any::<u8>(), node(), node()).prop_map(|(op, address, value)| Statement::Store(op, address, value)),
        2 => node().prop_map(Statement::Global),
        1 => (node(), node(), node()).prop_map(|(to, value, len)| Statement::Fill(to, value, len)),
        1 => (node(), node(), node()).prop_map(|(to, from, len)| Statement::Copy(to, from, len)),
        1 => node().prop_map(Statement::Return),
        1 => Just(Statement::Unreachable),
    ];
    simple.prop_recursive(3, 16, 4, |inner| {
        let list = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (1..6_u8, list()).prop_map(|(times, body)| Statement::Loop(times, body)),
            (node(), proptest::collection::vec(list(), 1..4)).prop_map(|(index, arms)| Statement::Switch(index, arms)),
        ]
    })
}

/// Text of a random program: an entry point and two functions that may call each other, a table, a global and memory.
pub(crate) fn program() -> impl Strategy<Value = String> {
    let body = || (proptest::collection::vec(statement(), 0..6), node());
    (body(), body(), body()).prop_map(|bodies| {
        let functions = [bodies.0, bodies.1, bodies.2];
        let text: String =
            functions.iter().enumerate().map(|(index, (body, result))| function(index, body, result)).collect();
        format!(
            r#"(module (memory (export "memory") 1 1) (global $g (mut i32) (i32.const 5))
                (table 4 4 funcref) (elem (i32.const 0) func $f0 $f1 $other)
                (type $t (func (param i32) (result i32)))
                (data (i32.const 7) "some bytes")
                (func $other (result i64) (i64.const 1))
                {text})"#
        )
    })
}

fn function(index: usize, body: &[Statement], result: &Node) -> String {
    let head = match index {
        0 => r#"(func (export "user_entrypoint")"#.to_owned(),
        _ => format!("(func $f{}", index - 1),
    };
    let mut depth = 0;
    let statements = statements(body, &mut depth);
    format!(
        "{head} (param i32) (result i32) (local i32 i32 i32 i32 i32 i32 i32)\n{statements}{})\n",
        expression(result)
    )
}

fn statements(list: &[Statement], depth: &mut usize) -> String {
    list.iter().map(|statement| text(statement, depth) + "\n").collect()
}

fn text(statement: &Statement, depth: &mut usize) -> String {
    match statement {
        Statement::Set(local, value) => format!("(local.set {local} {})", expression(value)),
        Statement::Store(op, address, value) => {
            let name = STORES[usize::from(*op) % STORES.len()];
            format!("(i32.{name} {} {})", address_of(address), expression(value))
        }
        Statement::Global(value) => format!("(global.set $g {})", expression(value)),
        Statement::Fill(to, value, len) => {
            let byte = format!("(i32.and {} (i32.const 255))", expression(value));
            format!("(memory.fill {} {byte} {})", address_of(to), short(len))
        }
        Statement::Copy(to, from, len) => {
            format!("(memory.copy {} {} {})", address_of(to), address_of(from), short(len))
        }
        Statement::Return(value) => {
            format!("(if (i32.eq (global.get $g) (i32.const 77)) (then (return {})))", expression(value))
        }
        Statement::Unreachable => "(if (i32.eq (global.get $g) (i32.const 78)) (then unreachable))".into(),
        Statement::Loop(times, body) => {
            // Nested loops count in different locals, so that each ends.
            let counter = usize::from(LOCALS) + 1 + (*depth % 4);
            if *depth >= 4 {
                return statements(body, depth);
            }
            *depth += 1;
            let inner = statements(body, depth);
            *depth -= 1;
            format!(
                "(local.set {counter} (i32.const {times})) (loop {inner}
                  (br_if 0 (local.tee {counter} (i32.sub (local.get {counter}) (i32.const 1)))))"
            )
        }
        Statement::Switch(index, arms) => {
            let opens = "(block ".repeat(arms.len() + 1);
            let targets: String = (0..=arms.len()).map(|arm| format!("{arm} ")).collect();
            let rest: String = arms.iter().map(|arm| format!(") {}", statements(arm, depth))).collect();
            format!("{opens} (br_table {targets} {}) {rest} )", expression(index))
        }
    }
}

/// Mostly inside memory, sometimes not.
fn address_of(node: &Node) -> String {
    format!("(i32.and {} (i32.const 0x1ffff))", expression(node))
}

fn short(node: &Node) -> String {
    format!("(i32.and {} (i32.const 0xff))", expression(node))
}

fn expression(node: &Node) -> String {
    match node {
        Node::Const(value) => format!("(i32.const {value})"),
        Node::Local(local) => format!("(local.get {local})"),
        Node::Binary(op, left, right) => {
            let name = BINARY[usize::from(*op) % BINARY.len()];
            format!("(i32.{name} {} {})", expression(left), expression(right))
        }
        Node::Unary(op, value) => format!("(i32.{} {})", UNARY[usize::from(*op) % UNARY.len()], expression(value)),
        Node::Wide(op, left, right) => {
            let name = BINARY[usize::from(*op) % 13];
            format!(
                "(i32.wrap_i64 (i64.{name} (i64.extend_i32_s {}) (i64.extend_i32_u {})))",
                expression(left),
                expression(right)
            )
        }
        Node::Load(op, address) => format!("(i32.{} {})", LOADS[usize::from(*op) % LOADS.len()], address_of(address)),
        Node::Select(one, two, test) => {
            // Through a local: wasmi 2.0.0 takes the wrong arm when the condition is `i32.eqz` itself.
            format!("(select {} {} (local.tee 7 {}))", expression(one), expression(two), expression(test))
        }
        Node::If(test, one, two) => {
            format!("(if (result i32) {} (then {}) (else {}))", expression(test), expression(one), expression(two))
        }
        Node::Call(function, argument) => format!("(call $f{function} {})", expression(argument)),
        Node::Indirect(argument, index) => {
            format!("(call_indirect (type $t) {} (i32.and {} (i32.const 3)))", expression(argument), expression(index))
        }
        Node::Grow(pages) => format!("(memory.grow {})", expression(pages)),
    }
}
