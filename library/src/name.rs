//! From the name of a preset to the name of a file, on any system.

/// Most bytes of a file name before a number and the extension.
const MAX_BYTES: usize = 200;

/// Names that Windows keeps for devices, with or without an extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// `name` as a file name without extension: one part of a path, legal on every system, shown
/// as it is stored.
pub fn file_name(name: &str) -> String {
    let legal = |c: char| {
        let reserved = matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
        if reserved || c.is_control() || c.is_whitespace() { ' ' } else { c }
    };
    let shown: String = name.chars().filter(|c| !invisible(*c)).map(legal).collect();
    let mut safe = shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut end = safe.len().min(MAX_BYTES);
    while !safe.is_char_boundary(end) {
        end -= 1;
    }
    safe.truncate(end);
    let safe = safe.trim_matches(['.', ' ']);
    let stem = safe.split('.').next().unwrap_or("").trim().to_lowercase();
    match safe {
        "" => "Untitled".into(),
        device if DEVICES.contains(&stem.as_str()) => format!("_{device}"),
        safe => safe.into(),
    }
}

/// Characters that change how others are shown, or are not shown at all.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless() {
        let check = |name: &str, expected: &str| assert_eq!(file_name(name), expected, "{name:?}");
        check("Glass bell", "Glass bell");
        check("Glöckchen 鐘", "Glöckchen 鐘");
        check("../../x", "x");
        check("/etc/passwd", "etc passwd");
        check(r"C:\Windows\x", "C Windows x");
        check("..", "Untitled");
        check("", "Untitled");
        check(" \t\n", "Untitled");
        check(".hidden", "hidden");
        check("end. . .", "end");
        check("CON", "_CON");
        check("nul.wav", "_nul.wav");
        check("lpt1 .x", "_lpt1 .x");
        check("console", "console");
        check("a\0b\u{1b}c", "a b c");
        check("abc\u{202e}vaw.exe", "abcvaw.exe");
        check(&"x".repeat(300), &"x".repeat(200));
        check(&"鐘".repeat(100), &"鐘".repeat(66));
    }

    #[test]
    fn every_name_is_one_legal_part_of_a_path_and_stays_so() {
        let parts = ["..", "/", "\\", "CON", ".", " ", "é", "\u{202e}", "\0", "x", "aux", ":"];
        for a in parts {
            for b in parts {
                for c in parts {
                    let name = file_name(&format!("{a}{b}{c}"));
                    let path = std::path::Path::new(&name);
                    assert_eq!(path.components().count(), 1, "{name:?}");
                    assert_eq!(path.file_name(), Some(name.as_ref()), "{name:?}");
                    assert_eq!(file_name(&name), name, "{a:?}{b:?}{c:?}");
                }
            }
        }
    }
}
