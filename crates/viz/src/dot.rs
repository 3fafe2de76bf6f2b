//! A graph as text for Graphviz, whose programs lay out what no drawing of ours would show on one page.

use std::fmt::Write;

use crate::colour::{BLUE, Colour, FAINT_INK, GREEN, ORANGE, VERMILLION, WHITE};
use crate::layered::{Graph, NodeStyle};

impl Graph {
    /// The graph in Graphviz's language, to be laid out by `dot -Tsvg`: boxes are data, rounded boxes are operations. Any size will
    /// do, and the same graph gives the same text.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tape};
    /// use tapegrad_viz::Graph;
    ///
    /// let x = Tensor::from(2.0).requires_grad().named("x");
    /// let dot = Graph::recorded("sine", &tape::graph(&[&x.sin()]), usize::MAX).to_dot();
    /// assert!(dot.contains("n0 -> o0;") && dot.contains("o0 -> n1;"));
    /// ```
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph {\n");
        let heading: Vec<&str> =
            [self.title.as_str(), &self.note].into_iter().filter(|text| !text.is_empty()).collect();
        put(&mut out, format_args!("  label={}; labelloc=t; labeljust=l;\n", quoted(&heading)));
        out.push_str("  node [fontname=Helvetica, fontsize=11];\n  edge [arrowsize=0.7];\n");
        for (i, node) in self.nodes.iter().enumerate() {
            let (label, tooltip, look) = (quoted(&node.lines), quoted(&[&node.tooltip]), look_of(node.style));
            put(&mut out, format_args!("  n{i} [shape=box, {look}, label={label}, tooltip={tooltip}];\n"));
        }
        for (i, operation) in self.operations.iter().enumerate() {
            let (label, tooltip) = (quoted(&operation.lines), quoted(&[&operation.tooltip]));
            let look = if operation.folded { tinted(ORANGE, "rounded,filled") } else { "style=rounded".to_string() };
            put(&mut out, format_args!("  o{i} [shape=box, {look}, label={label}, tooltip={tooltip}];\n"));
            for input in &operation.inputs {
                put(&mut out, format_args!("  n{input} -> o{i};\n"));
            }
            for output in &operation.outputs {
                put(&mut out, format_args!("  o{i} -> n{output};\n"));
            }
        }
        out.push_str("}\n");
        out
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a String cannot fail");
}

fn look_of(style: NodeStyle) -> String {
    match style {
        NodeStyle::Leaf => tinted(GREEN, "filled"),
        NodeStyle::Constant => tinted(FAINT_INK, "filled,dashed"),
        NodeStyle::Value => tinted(BLUE, "filled"),
        NodeStyle::Root => tinted(VERMILLION, "filled,bold"),
    }
}

fn tinted(colour: Colour, style: &str) -> String {
    format!("style=\"{style}\", color=\"{colour}\", fillcolor=\"{}\"", WHITE.mix(colour, 0.16))
}

/// A label of some lines. Graphviz reads escapes, such as `\N` for a node's name, and HTML's entities in quoted text.
fn quoted(lines: &[impl AsRef<str>]) -> String {
    let mut out = String::from("\"");
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            out.push_str("\\n");
        }
        for c in line.as_ref().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '&' => out.push_str("&amp;"),
                c if c.is_control() => out.push('\u{fffd}'),
                c => out.push(c),
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layered::{NodeBox, Operation};

    /// A line of the text in tokens: names, quoted strings and signs. Panics where a quoted string does not end.
    fn tokens(line: &str) -> Vec<String> {
        let (mut tokens, mut rest) = (Vec::new(), line.trim_start());
        while let Some(c) = rest.chars().next() {
            let len = match c {
                '"' => {
                    let escaped = |i: usize| rest[..i].chars().rev().take_while(|&c| c == '\\').count() % 2 == 1;
                    1 + (1..rest.len())
                        .find(|&i| rest.as_bytes()[i] == b'"' && !escaped(i))
                        .expect("the end of a string")
                }
                '-' => rest.starts_with("->").then_some(2).expect("an arrow"),
                c if c.is_ascii_alphanumeric() || c == '.' => {
                    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len())
                }
                c => Some(1).filter(|_| "[]{};,=".contains(c)).expect("a sign of the language"),
            };
            tokens.push(rest[..len].to_string());
            rest = rest[len..].trim_start();
        }
        tokens
    }

    fn node(text: &str) -> NodeBox {
        NodeBox { lines: vec![text.into(), text.into()], style: NodeStyle::Leaf, tooltip: text.into(), nodes: 1 }
    }

    #[test]
    fn hostile_text_stays_within_its_label() {
        let text = "a \" b \\ c \\\" ]; x -> y & \n \u{0} \\N größer";
        let operation = Operation {
            inputs: vec![0, 0],
            outputs: vec![1],
            lines: vec![text.into()],
            tooltip: text.into(),
            ops: 1,
            folded: true,
        };
        let (nodes, operations) = (vec![node(text), node("")], vec![operation]);
        let dot = Graph { title: text.into(), note: text.into(), nodes, operations }.to_dot();
        let statements: Vec<Vec<String>> = dot.lines().map(tokens).collect();
        let arrows: Vec<String> = statements.iter().filter(|s| s.contains(&"->".into())).map(|s| s.concat()).collect();
        assert_eq!(arrows, ["n0->o0;", "n0->o0;", "o0->n1;"]);
        for statement in &statements[1..statements.len() - 1] {
            assert_eq!(statement.last().map(String::as_str), Some(";"), "{statement:?}");
        }
        let label = &statements.iter().find(|s| s[0] == "o0").expect("the operation")[2..];
        let expected = r#""a \" b \\ c \\\" ]; x -> y &amp; � � \\N größer""#;
        assert!(label.contains(&expected.to_string()), "{label:?}");
    }

    #[test]
    fn every_box_and_operation_is_stated_once() {
        let operation = |input: usize| Operation {
            inputs: vec![input],
            outputs: vec![input + 1],
            lines: vec!["op".into()],
            tooltip: String::new(),
            ops: 1,
            folded: false,
        };
        let graph = Graph {
            title: String::new(),
            note: String::new(),
            nodes: (0..50).map(|i| node(&format!("{i}"))).collect(),
            operations: (0..49).map(operation).collect(),
        };
        let dot = graph.to_dot();
        let stated = |letter: &str| dot.lines().filter(|line| line.starts_with(letter) && line.contains('[')).count();
        assert_eq!((stated("  n"), stated("  o")), (50 + 1, 49), "and the look of all nodes");
        assert_eq!(dot.matches(" -> ").count(), 98);
    }
}
