//! How wide text is, before it is known which font will show it.
//!
//! The widths are those of DejaVu Sans, the widest of the sans-serif fonts that a viewer is likely to choose (Helvetica
//! and Arial are an eighth narrower): what is given this much room is neither cut nor overlapped.

/// The advance of the characters from space to `~`, in hundredths of the font size.
#[rustfmt::skip]
const ADVANCE: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 56,
    102, 68, 69, 72, 77, 67, 61, 78, 75, 29, 50, 67, 56, 86, 75, 79, 67, 79, 72, 67, 61, 73, 68, 99, 69, 67, 69, 39, 34, 39, 84, 56,
    50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// How much wider bold text is.
const BOLD: f64 = 1.14;

/// An upper estimate of the width of `text` at font size `size`.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let advance = |c: char| match c {
        ' '..='~' => f64::from(ADVANCE[c as usize - ' ' as usize]),
        '\0'..'\u{1100}' => 80.0,
        // Scripts from Hangul Jamo on, and pictographs, fill a square.
        _ => 105.0,
    };
    text.chars().map(advance).sum::<f64>() * size / 100.0
}

/// An upper estimate of the width of bold `text`.
pub(crate) fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size) * BOLD
}

/// `text` if it fits into `room`, else as much of its beginning as fits with an ellipsis.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = width("…", size);
    for c in text.chars() {
        used += width(c.encode_utf8(&mut [0; 4]), size);
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// Breaks bold `text` at blanks into lines no wider than `room`; a single longer word is shortened.
pub(crate) fn wrap_bold(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if bold_width(line, size) + bold_width(" ", size) + bold_width(word, size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fit(word, size, room / BOLD)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitted_text_fits_and_keeps_short_text_whole() {
        assert_eq!(fit("short", 12.0, 100.0), "short");
        for room in [20.0, 50.0, 90.0] {
            let fitted = fit("a rather long name: größer, 目盛り", 12.0, room);
            assert!(fitted.ends_with('…') && width(&fitted, 12.0) <= room, "{fitted}");
        }
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let title = "several words that need more than one line";
        let lines = wrap_bold(title, 16.0, 150.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| bold_width(line, 16.0) <= 150.0));
        assert_eq!(lines.join(" "), title);
        assert!(wrap_bold("  ", 16.0, 100.0).is_empty());
    }
}
