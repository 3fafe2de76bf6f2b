//! What the derive refuses, and in which words.

#[test]
fn what_the_derive_refuses_it_refuses_in_readable_words() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/derive/*.rs");
}
