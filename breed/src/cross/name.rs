//! Names of children, made from their parents' as they are from them.

use crate::Rng;

/// Most words that a name takes from one parent.
const WORDS: usize = 2;

/// A name from those of the parents and their shares, the greatest first: the beginning of one
/// and the end of another.
pub(super) fn of(parents: &[(&str, u8)], rng: &mut Rng) -> String {
    let giving = |(_, share): &&(&str, u8)| *share > 0;
    let names: Vec<&str> = parents.iter().filter(giving).map(|(name, _)| name.trim()).collect();
    let known = |name: &str| parents.iter().any(|(parent, _)| parent.eq_ignore_ascii_case(name));
    let [first, others @ ..] = &names[..] else {
        return parents.first().map_or("Child", |(name, _)| name).to_owned();
    };
    let Some(other) = rng.pick(others) else { return (*first).to_owned() };
    let (a, b) = if rng.chance(0.5) { (first, other) } else { (other, first) };
    let made = [joined(a, b), joined(b, a)];
    let free = made.into_iter().find(|name| !known(name) && !name.is_empty());
    free.unwrap_or_else(|| format!("{a} × {b}"))
}

/// The beginning of one name and the end of another.
fn joined(a: &str, b: &str) -> String {
    let (head, tail): (Vec<&str>, Vec<&str>) =
        (a.split_whitespace().collect(), b.split_whitespace().collect());
    let head = &head[..head.len().div_ceil(2).min(WORDS)];
    let tail = &tail[tail.len() - tail.len().div_ceil(2).min(WORDS)..];
    let same = head.last().zip(tail.first()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    let words: Vec<&str> =
        head.iter().chain(tail.iter().skip(usize::from(same))).copied().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_words_of_two_parents() {
        let mut rng = Rng::new(1);
        let parents = [("Glasswing Pluck", 60), ("Cathedral Dust", 30), ("Rust", 0)];
        for _ in 0..20 {
            let name = of(&parents, &mut rng);
            assert!(["Glasswing Dust", "Cathedral Pluck"].contains(&name.as_str()), "{name}");
        }
        let alike = [("Warm Pad", 60), ("Glass Pad", 40)];
        assert_eq!(of(&alike[..1], &mut rng), "Warm Pad");
        assert!(of(&alike, &mut rng).contains('×'), "neither is the name of a parent");
        assert!(
            ["Init", "Reese Init", "Init Reese"]
                .contains(&&*of(&[("Init", 5), ("Reese", 5)], &mut rng))
        );
        assert_eq!(of(&[("", 100)], &mut rng), "");
        assert_eq!(of(&[], &mut rng), "Child");
    }
}
