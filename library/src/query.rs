//! Searching by words: `wood* author:me -reverb tag:bass is:favourite`.

use crate::{Place, Row};

/// A search; a row must agree with every term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Whether a row must not match.
    not: bool,
    field: Field,
    /// In small letters; `*` stands for anything.
    word: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Any,
    Name,
    Author,
    Tag,
    By,
    Is,
}

impl Query {
    /// Reads what a player types. Words are parted by spaces, unless within quotes; `-` in
    /// front excludes; `name:`, `author:`, `tag:`, `by:` (what made it) and `is:` (favourite,
    /// factory, mine, unreadable) look in one place. Any text is a search.
    pub fn parse(text: &str) -> Self {
        let terms = words(text).filter_map(|word| {
            let (not, word) = match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, word.as_str()),
            };
            let (field, word) = match word.split_once(':') {
                Some(("name", word)) => (Field::Name, word),
                Some(("author", word)) => (Field::Author, word),
                Some(("tag", word)) => (Field::Tag, word),
                Some(("by", word)) => (Field::By, word),
                Some(("is", word)) => (Field::Is, word),
                _ => (Field::Any, word),
            };
            (!word.is_empty()).then(|| Term { not, field, word: word.to_owned() })
        });
        Query { terms: terms.collect() }
    }

    /// Whether a row agrees with every term.
    pub fn matches(&self, row: &Row) -> bool {
        self.terms.iter().all(|term| term.matches(row) != term.not)
    }
}

impl Term {
    fn matches(&self, row: &Row) -> bool {
        let has = |text: &str| found(&self.word, &text.to_lowercase());
        let tag = |exact: bool| {
            let is = |tag: &String| !exact || like(&self.word, &tag.to_lowercase());
            row.tags.iter().any(|tag| is(tag) && (exact || has(tag)))
        };
        match self.field {
            Field::Any => has(&row.name) || has(&row.author) || tag(false),
            Field::Name => has(&row.name),
            Field::Author => has(&row.author),
            Field::Tag => tag(true),
            Field::By => has(&row.made_by),
            Field::Is => match self.word.as_str() {
                "favourite" | "favorite" => row.favourite,
                "factory" => matches!(row.place, Place::Factory(_)),
                "mine" => matches!(row.place, Place::File(_)),
                "unreadable" => row.trouble.is_some(),
                _ => false,
            },
        }
    }
}

/// Small-letter words, parted by spaces outside quotes.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.iter_mut().last().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// Whether a text has `word` in it; one with `*` must match a whole word, or the whole text.
fn found(word: &str, text: &str) -> bool {
    if !word.contains('*') {
        return text.contains(word);
    }
    like(word, text) || text.split(|c: char| !c.is_alphanumeric()).any(|part| like(word, part))
}

/// Whether `text` is `pattern`, where `*` stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match text.find(part) {
            Some(place) => text = &text[place + part.len()..],
            None => return false,
        }
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, author: &str, tags: &[&str]) -> Row {
        let mut meta = cultivar_patch::Preset::init().meta;
        meta.name = name.into();
        meta.author = author.into();
        meta.tags = tags.iter().map(|&tag| tag.into()).collect();
        Row::new(Place::File("x".into()), meta)
    }

    #[test]
    fn searches_find_what_they_say() {
        let row = row("Wooden Reverb Hall", "Me & Co", &["Bass", "deep sub"]);
        let check = |text: &str, expected: bool| {
            assert_eq!(Query::parse(text).matches(&row), expected, "{text:?}");
        };
        check("", true);
        check("wood", true);
        check("ooden", true);
        check("wood*", true);
        check("*den", true);
        check("w*d*n", true);
        check("*", true);
        check("**", true);
        check("ood*", false);
        check("w*x*n", false);
        check("HALL", true);
        check("me", true);
        check("bass", true);
        check("wood bass", true);
        check("wood brass", false);
        check("-reverb", false);
        check("-flute wood", true);
        check("-", false);
        check("name:hall", true);
        check("name:me", false);
        check("author:me", true);
        check("author:wood", false);
        check("tag:bass", true);
        check("tag:ba", false);
        check("tag:ba*", true);
        check("tag:\"deep sub\"", true);
        check("\"reverb hall\"", true);
        check("\"hall reverb\"", false);
        check("is:mine", true);
        check("is:factory", false);
        check("is:favourite", false);
        check("is:nonsense", false);
        check("other:wood", false);
        check("tag:", true);
    }
}
