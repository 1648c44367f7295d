//! Shopify's search syntax, as far as feeds use it: terms `field:value` with `>`, `>=`, `<`, `<=`, quotes and comma lists,
//! joined by AND (or a mere space), OR, NOT or `-`, and parentheses.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    All,
    Term { field: String, compare: Compare, values: Vec<String> },
    Not(Box<Search>),
    And(Vec<Search>),
    Or(Vec<Search>),
}

/// Judges one term; `None` for a field that it does not know.
type Judge<'j> = dyn Fn(&str, Compare, &[String]) -> Option<bool> + 'j;

impl Search {
    /// Never fails: what can't be understood is a term that nothing knows.
    pub fn parse(text: &str) -> Search {
        let tokens = tokens(text);
        let mut parser = Parser { tokens: &tokens, at: 0 };
        parser.any()
    }

    /// Whether it matches, by a judge of single terms: a term with an unknown field is left out, as Shopify does (with a
    /// warning).
    pub fn matches(&self, judge: &Judge) -> bool {
        self.judged(judge).unwrap_or(true)
    }

    fn judged(&self, judge: &Judge) -> Option<bool> {
        match self {
            Search::All => Some(true),
            Search::Term { field, compare, values } => judge(field, *compare, values),
            Search::Not(inner) => inner.judged(judge).map(|m| !m),
            Search::And(all) => Some(all.iter().filter_map(|s| s.judged(judge)).all(|m| m)),
            Search::Or(any) => {
                let mut known = any.iter().filter_map(|s| s.judged(judge)).peekable();
                known.peek()?;
                Some(known.any(|m| m))
            }
        }
    }

    /// The seconds that a time field may be in, as far as terms that must all hold say so; never too few.
    pub fn span(&self, field: &str, zone: &TimeZone) -> Range<i64> {
        let whole = i64::MIN..i64::MAX;
        match self {
            Search::And(all) => {
                all.iter().map(|s| s.span(field, zone)).fold(whole, |a, b| a.start.max(b.start)..a.end.min(b.end))
            }
            Search::Term { field: named, compare, values } if named == field => {
                let Some((from, until)) = values.first().and_then(|v| moment(v, zone)) else { return whole };
                match compare {
                    Compare::Equal => from.as_second()..until.as_second() + 1,
                    Compare::Less => i64::MIN..from.as_second() + 1,
                    Compare::LessOrEqual => i64::MIN..until.as_second() + 1,
                    Compare::Greater | Compare::GreaterOrEqual => from.as_second()..i64::MAX,
                }
            }
            _ => whole,
        }
    }

    /// The only value that a field may have, as far as terms that must all hold say so.
    pub fn exact(&self, field: &str) -> Option<&str> {
        match self {
            Search::And(all) => all.iter().find_map(|s| s.exact(field)),
            Search::Term { field: named, compare: Compare::Equal, values } if named == field => match &values[..] {
                [only] => Some(only),
                _ => None,
            },
            _ => None,
        }
    }

    /// The fields that it names.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Search::All => Vec::new(),
            Search::Term { field, .. } => vec![field],
            Search::Not(inner) => inner.fields(),
            Search::And(all) | Search::Or(all) => all.iter().flat_map(Search::fields).collect(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word { text: String, quoted_value: bool },
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut quoted = false;
    for c in text.chars().chain([' ']) {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                quoted = true;
            }
            (None, '(' | ')' | ' ' | '\t' | '\n') => {
                if !word.is_empty() || quoted {
                    tokens.push(Token::Word { text: std::mem::take(&mut word), quoted_value: quoted });
                    quoted = false;
                }
                match c {
                    '(' => tokens.push(Token::Open),
                    ')' => tokens.push(Token::Close),
                    _ => {}
                }
            }
            _ => word.push(c),
        }
    }
    tokens
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Parser<'_> {
    fn word_is(&self, expected: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word { text, quoted_value: false }) if text == expected)
    }

    fn any(&mut self) -> Search {
        let mut any = vec![self.all()];
        while self.word_is("OR") {
            self.at += 1;
            any.push(self.all());
        }
        if any.len() == 1 { any.remove(0) } else { Search::Or(any) }
    }

    fn all(&mut self) -> Search {
        let mut all = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            if self.word_is("OR") || *token == Token::Close {
                break;
            }
            if self.word_is("AND") {
                self.at += 1;
                continue;
            }
            all.push(self.one());
        }
        match all.len() {
            0 => Search::All,
            1 => all.remove(0),
            _ => Search::And(all),
        }
    }

    fn one(&mut self) -> Search {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            Some(Token::Open) => {
                let inner = self.any();
                self.at += 1;
                inner
            }
            Some(Token::Word { text, quoted_value: false }) if text == "NOT" => Search::Not(Box::new(self.one())),
            Some(Token::Word { text, quoted_value }) => match text.strip_prefix('-') {
                Some(rest) if !quoted_value || rest.contains(':') => Search::Not(Box::new(term(rest, quoted_value))),
                _ => term(&text, quoted_value),
            },
            Some(Token::Close) | None => Search::All,
        }
    }
}

fn term(text: &str, quoted: bool) -> Search {
    let (field, value) = text.split_once(':').unwrap_or(("", text));
    let operators =
        [(">=", Compare::GreaterOrEqual), ("<=", Compare::LessOrEqual), (">", Compare::Greater), ("<", Compare::Less)];
    let (compare, value) = operators
        .into_iter()
        .find_map(|(sign, compare)| value.strip_prefix(sign).map(|rest| (compare, rest)))
        .unwrap_or((Compare::Equal, value));
    let values = if quoted { vec![value.to_owned()] } else { value.split(',').map(str::to_owned).collect() };
    Search::Term { field: field.to_owned(), compare, values }
}

/// What a time value stands for: a second, or a whole day in the shop's zone.
fn moment(value: &str, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    if let Ok(second) = value.parse::<Timestamp>() {
        return Some((second, second.checked_add(1.second()).ok()?));
    }
    let date: Date = value.parse().ok()?;
    let start = |d: Date| d.to_zoned(zone.clone()).map(|z| z.timestamp()).ok();
    Some((start(date)?, start(date.tomorrow().ok()?)?))
}

/// A point in time against a term's value. A bare date stands for its whole day in the shop's zone, and `>` takes the
/// second itself too, as has been seen of Shopify (SHOPIFY.md 2.6).
pub(crate) fn time(at: Timestamp, compare: Compare, values: &[String], zone: &TimeZone) -> Option<bool> {
    let value = values.first()?;
    let (from, until) = moment(value, zone)?;
    let bare_date = !value.contains('T');
    Some(match compare {
        Compare::Equal => from <= at && at < until,
        Compare::Less => at < from,
        Compare::LessOrEqual => at < until,
        Compare::Greater if bare_date => at >= until,
        Compare::Greater | Compare::GreaterOrEqual => at >= from,
    })
}

/// A number (or a global id that ends in one) against a term's values.
pub(crate) fn number(actual: u64, compare: Compare, values: &[String]) -> Option<bool> {
    let parse = |v: &String| v.rsplit('/').next().and_then(|n| n.parse::<u64>().ok());
    if compare == Compare::Equal {
        return Some(values.iter().filter_map(parse).any(|v| v == actual));
    }
    let value = values.first().and_then(parse)?;
    Some(match compare {
        Compare::Equal => actual == value,
        Compare::Less => actual < value,
        Compare::LessOrEqual => actual <= value,
        Compare::Greater => actual > value,
        Compare::GreaterOrEqual => actual >= value,
    })
}

/// A word against a term's values, without regard to case.
pub(crate) fn word(actual: &str, values: &[String]) -> bool {
    values.iter().any(|v| v.eq_ignore_ascii_case(actual))
}
