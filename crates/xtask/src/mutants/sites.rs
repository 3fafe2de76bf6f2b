//! Where a fault can be planted: a sign, a factor, an operand or an axis in a rule, and the index arithmetic of a kernel.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Lit, UnOp};

/// A fault: an expression, and another in its place.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) file: PathBuf,
    /// The expression's bytes in the file.
    pub(super) range: Range<usize>,
    line: usize,
    from: String,
    pub(super) to: String,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "{}:{}: {} -> {}", self.file.display(), self.line, one_line(&self.from), one_line(&self.to))
    }
}

#[cfg(test)]
impl Site {
    pub(super) fn new(range: Range<usize>, to: &str) -> Self {
        Site { file: PathBuf::new(), range, line: 0, from: String::new(), to: to.to_string() }
    }
}

/// The faults that can be planted in a file.
pub(super) fn of(root: &Path, file: &Path) -> Result<Vec<Site>, String> {
    let text = std::fs::read_to_string(root.join(file)).map_err(|e| format!("mutants: {}: {e}", file.display()))?;
    let syntax = syn::parse_file(&text).map_err(|e| format!("mutants: {}: {e}", file.display()))?;
    let is_rule = file.starts_with("crates/core");
    let mut finder = Finder { file, text: &text, is_rule, inside: 0, sites: Vec::new() };
    finder.visit_file(&syntax);
    Ok(finder.sites)
}

struct Finder<'a> {
    file: &'a Path,
    text: &'a str,
    is_rule: bool,
    /// How many enclosing pieces of syntax are of the kind in which faults are planted.
    inside: usize,
    sites: Vec<Site>,
}

/// Methods that take positions.
const POSITIONS: &[&str] = &[
    "add",
    "offset",
    "get_unchecked",
    "get_unchecked_mut",
    "split_at",
    "split_at_mut",
    "step_by",
    "skip",
    "chunks",
    "swap",
];

/// Methods of a rule's context that take the place of an input or output.
const OPERANDS: &[&str] = &["input", "constant_input", "output", "constant_output", "cotangent"];

impl Finder<'_> {
    fn source(&self, node: &impl Spanned) -> &str {
        &self.text[node.span().byte_range()]
    }

    fn plant(&mut self, node: &impl Spanned, to: String) {
        let (range, line) = (node.span().byte_range(), node.span().start().line);
        let from = self.text[range.clone()].to_string();
        self.sites.push(Site { file: self.file.to_path_buf(), range, line, from, to });
    }

    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        self.inside += 1;
        visit(self);
        self.inside -= 1;
    }
}

/// Whether an attribute keeps something out of the library itself.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && matches!(&a.meta, syn::Meta::List(l) if l.tokens.to_string() == "test"))
}

/// The operator that is wrong in place of another.
fn wrong(op: &BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::Add(_) => "-",
        BinOp::Sub(_) => "+",
        BinOp::Mul(_) => "/",
        BinOp::Div(_) => "*",
        BinOp::AddAssign(_) => "-=",
        BinOp::SubAssign(_) => "+=",
        BinOp::MulAssign(_) => "/=",
        _ => return None,
    })
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    // What is computed at compile time cannot be switched when the program runs.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        // Free functions of an op's file are what its rule, or its forward pass, is made of.
        if item.sig.constness.is_some() {
        } else if self.is_rule {
            self.within(|f| visit::visit_item_fn(f, item));
        } else {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if item.sig.constness.is_some() {
        } else if self.is_rule && item.sig.ident == "vjp" {
            self.within(|f| visit::visit_impl_item_fn(f, item));
        } else if !self.is_rule {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_expr_binary(&mut self, e: &'ast syn::ExprBinary) {
        if self.inside > 0
            && let Some(op) = wrong(&e.op)
        {
            let to = format!("{} {op} {}", self.source(&e.left), self.source(&e.right));
            self.plant(e, to);
        }
        // Positions advance by compound assignment.
        if !self.is_rule && matches!(e.op, BinOp::AddAssign(_)) && self.inside == 0 {
            self.within(|f| visit::visit_expr_binary(f, e));
        } else {
            visit::visit_expr_binary(self, e);
        }
    }

    fn visit_expr_unary(&mut self, e: &'ast syn::ExprUnary) {
        if self.is_rule && self.inside > 0 && matches!(e.op, UnOp::Neg(_)) {
            let to = format!("({})", self.source(&e.expr));
            self.plant(e, to);
        }
        visit::visit_expr_unary(self, e);
    }

    fn visit_expr_index(&mut self, e: &'ast syn::ExprIndex) {
        self.visit_expr(&e.expr);
        if self.is_rule { self.visit_expr(&e.index) } else { self.within(|f| f.visit_expr(&e.index)) }
    }

    fn visit_expr_method_call(&mut self, e: &'ast syn::ExprMethodCall) {
        let method = e.method.to_string();
        if self.is_rule && self.inside > 0 {
            for argument in &e.args {
                let text = self.source(argument).to_string();
                match argument {
                    Expr::Lit(literal) => match &literal.lit {
                        Lit::Int(_) if OPERANDS.contains(&method.as_str()) && text == "0" => {
                            self.plant(argument, "1".to_string());
                        }
                        Lit::Int(_) if OPERANDS.contains(&method.as_str()) && text == "1" => {
                            self.plant(argument, "0".to_string());
                        }
                        _ => {}
                    },
                    _ if text == "axis" || text == "self.axis" || text == "axis as isize" => {
                        self.plant(argument, format!("{} - 1", text.replace("axis as isize", "(axis as isize)")));
                    }
                    _ => {}
                }
            }
            let strict = [("gt", "ge"), ("ge", "gt"), ("lt", "le"), ("le", "lt")];
            if let Some((_, other)) = strict.iter().find(|(name, _)| *name == method)
                && e.args.len() == 1
            {
                let to = format!("{}.{other}({})", self.source(&e.receiver), self.source(&e.args[0]));
                self.plant(e, to);
            }
        }
        self.visit_expr(&e.receiver);
        for argument in &e.args {
            if !self.is_rule && POSITIONS.contains(&method.as_str()) {
                self.within(|f| f.visit_expr(argument));
            } else {
                self.visit_expr(argument);
            }
        }
    }

    fn visit_expr_lit(&mut self, e: &'ast syn::ExprLit) {
        if self.is_rule
            && self.inside > 0
            && let Lit::Float(number) = &e.lit
        {
            self.plant(e, format!("({number} + 1.0)"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_found_in_rules_and_in_index_arithmetic_alone() {
        let folder = std::env::temp_dir().join(format!("tapegrad-sites-{}", std::process::id()));
        let faults = |file: &str, text: &str| -> Vec<String> {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            of(&folder, Path::new(file)).unwrap().into_iter().map(|s| format!("{} -> {}", s.from, s.to)).collect()
        };
        let rule = "impl Op for A { fn forward(&self) { a + b; } fn vjp(&self) { -g * ctx.input(0).sum_dim(axis); } }";
        let found = faults("crates/core/src/ops/a.rs", rule);
        let expected = [
            "-g * ctx.input(0).sum_dim(axis) -> -g / ctx.input(0).sum_dim(axis)",
            "-g -> (g)",
            "axis -> axis - 1",
            "0 -> 1",
        ];
        assert_eq!(found, expected);
        let kernel = "fn f() { let y = a * b; x[i * n + 1] = y; k += 2; } const N: usize = [0; 1 + 1][0]; \
                      #[cfg(test)] mod tests { fn g() { x[1 + 1]; } }";
        let found = faults("crates/kernels/src/a.rs", kernel);
        assert_eq!(found, ["i * n + 1 -> i * n - 1", "i * n -> i / n"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
