//! Names of children, grown together from their parents' names.

use crate::Rng;

/// Letters of a name that is grown together, at least and at most.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=11;

/// A name from those of the parents and their shares, the greatest first: the beginning of a
/// word of one and the end of a word of another, joined where a vowel begins.
pub(crate) fn of(parents: &[(&str, u8)], rng: &mut Rng) -> String {
    let giving = |(_, share): &&(&str, u8)| *share > 0;
    let names: Vec<&str> = parents.iter().filter(giving).map(|(name, _)| name.trim()).collect();
    let [first, others @ ..] = &names[..] else {
        return parents.first().map_or("Child", |(name, _)| name).to_owned();
    };
    let Some(other) = rng.pick(others) else { return (*first).to_owned() };
    let (a, b) = if rng.chance(0.5) { (first, other) } else { (other, first) };
    let (heads, tails) = (parts(a, heads), parts(b, tails));
    let pairs = heads.iter().flat_map(|head| tails.iter().map(move |tail| head.clone() + tail));
    let known = |name: &String| {
        let words = parents.iter().flat_map(|(name, _)| name.split_whitespace());
        words.chain([*a, *b]).any(|word| word.to_lowercase() == name.to_lowercase())
    };
    let made: Vec<String> =
        pairs.filter(|name| LETTERS.contains(&name.chars().count()) && !known(name)).collect();
    rng.pick(&made).cloned().unwrap_or_else(|| format!("{a} × {b}"))
}

/// What `cut` gives of each word of a name.
fn parts(name: &str, cut: fn(&[char]) -> Vec<String>) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphabetic()).map(|word| word.chars().collect());
    words.flat_map(|word: Vec<char>| cut(&word)).collect()
}

/// Places where a vowel begins.
fn vowels(word: &[char]) -> Vec<usize> {
    let vowel = |k: usize| "aeiouyäöüáéíóú".contains(word[k].to_lowercase().next().unwrap_or('-'));
    (0..word.len()).filter(|&k| vowel(k) && (k == 0 || !vowel(k - 1))).collect()
}

/// Beginnings that end before a vowel and have one.
fn heads(word: &[char]) -> Vec<String> {
    let ends = vowels(word).into_iter().skip(1).chain([word.len()]);
    let head = |end: usize| {
        let rest = word.get(1..end).unwrap_or_default().iter().flat_map(|c| c.to_lowercase());
        word.first().into_iter().copied().chain(rest).collect::<String>()
    };
    let closed = |head: &String| {
        let letters: Vec<char> = head.chars().collect();
        let open = |vowel: &usize| (*vowel..letters.len()).all(|k| "aeiouy".contains(letters[k]));
        letters.len() > 2 && vowels(&letters).last().is_some_and(|last| !open(last))
    };
    ends.map(head).filter(closed).collect()
}

/// Ends that begin with a vowel.
fn tails(word: &[char]) -> Vec<String> {
    let tail = |begin: usize| word[begin..].iter().flat_map(|c| c.to_lowercase()).collect();
    let tails = vowels(word).into_iter().map(tail);
    tails.filter(|tail: &String| tail.chars().count() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(parents: &[(&str, u8)]) -> Vec<String> {
        let mut rng = Rng::new(1);
        let mut names: Vec<String> = (0..100).map(|_| of(parents, &mut rng)).collect();
        names.sort();
        names.dedup();
        names
    }

    #[test]
    fn names_grow_together_where_a_vowel_begins() {
        let names = drawn(&[("Kalimba", 60), ("Reese", 40), ("Rust", 0)]);
        assert_eq!(names, ["Kaleese", "Kalimbeese", "Reesalimba", "Reesimba"]);
        assert!(drawn(&[("Glasswing Pluck", 60), ("Cathedral Dust", 30)]).len() > 12);
    }

    #[test]
    fn where_nothing_grows_together_there_is_a_name_all_the_same() {
        assert_eq!(drawn(&[("Warm Pad", 60)]), ["Warm Pad"]);
        assert_eq!(drawn(&[("808", 60), ("FM", 40)]), ["808 × FM", "FM × 808"]);
        assert_eq!(drawn(&[("", 100)]), [""]);
        assert_eq!(drawn(&[]), ["Child"]);
        assert!(drawn(&[("Ключ", 50), ("鍵盤", 50)]).iter().all(|name| name.contains('×')));
    }
}
