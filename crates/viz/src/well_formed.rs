//! A check, for the tests, that markup is well-formed: tags balance, attributes are quoted, entities are known.

/// Panics with the place of the first fault; `void` lists the elements without an end tag.
#[track_caller]
pub(crate) fn assert_well_formed(markup: &str, void: &[&str]) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        assert_text(&rest[..start]);
        rest = &rest[start + 1..];
        let end = tag_end(rest);
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "end tag </{name}>");
            continue;
        }
        let name = tag.split([' ', '\n', '/']).next().expect("split gives at least one part");
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "tag <{tag}>");
        for quoted in tag.split('"').skip(1).step_by(2) {
            assert_text(quoted);
            assert!(!quoted.contains("NaN") && !quoted.contains("inf"), "not a number in <{tag}>");
        }
        // What style sheets contain is not text.
        if name == "style" {
            rest = &rest[rest.find("</style>").expect("the end of the style sheet")..];
        }
        if !tag.ends_with('/') && !void.contains(&name) {
            open.push(name);
        }
    }
    assert_text(rest);
    assert!(open.is_empty(), "left open: {open:?}");
}

/// The position of the `>` that ends a tag, outside quotes.
#[track_caller]
fn tag_end(rest: &str) -> usize {
    let mut quoted = false;
    for (i, c) in rest.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '<' => panic!("'<' inside a tag: {}", &rest[..i]),
            '>' if !quoted => return i,
            _ => {}
        }
    }
    panic!("tag without end: {rest}");
}

#[track_caller]
fn assert_text(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c)), "control character in {text:?}");
    for (i, _) in text.match_indices('&') {
        let entity = text[i..].split_inclusive(';').next().expect("split gives at least one part");
        assert!(["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].contains(&entity), "unknown entity {entity}");
    }
}

#[test]
fn the_check_itself_finds_faults() {
    assert_well_formed("<a x=\"1 > 0\"><b/>t &amp; u</a>", &[]);
    for bad in ["<a>", "<a></b>", "<a x=\"<\"/>", "<a>&nbsp;</a>", "<a", "<a>\u{1}</a>", "<a x=\"NaN\"/>", "a & b"] {
        assert!(std::panic::catch_unwind(|| assert_well_formed(bad, &[])).is_err(), "{bad}");
    }
}
