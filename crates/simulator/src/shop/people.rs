//! The customers of the shop: names as they really come, with accents, other scripts, apostrophes and namesakes.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::catalogue::PLACES;
use super::model::Address;

pub(crate) struct Customer {
    pub address: Address,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub tax_exempt: bool,
}

const FIRST: [&str; 40] = [
    "Mary",
    "James",
    "Olivia",
    "Liam",
    "Sofía",
    "José",
    "Chloë",
    "Zoë",
    "François",
    "Jürgen",
    "Søren",
    "Łukasz",
    "Aoife",
    "Siân",
    "Nguyễn",
    "Mehmet",
    "Ayşe",
    "Dmitri",
    "Ольга",
    "Γιώργος",
    "美咲",
    "健太",
    "小明",
    "지우",
    "אבי",
    "محمد",
    "Priya",
    "Arjun",
    "Emma",
    "Noah",
    "Ava",
    "William",
    "Grace",
    "Henry",
    "Ella",
    "Jack",
    "Ruth",
    "Samuel",
    "Ada",
    "Björk",
];
const LAST: [&str; 40] = [
    "Smith",
    "Johnson",
    "O'Brien",
    "D’Angelo",
    "García",
    "Nuñez",
    "Müller",
    "Sørensen",
    "Kowalski",
    "Nguyễn",
    "Yılmaz",
    "Petrov",
    "Кузнецова",
    "Παπαδόπουλος",
    "佐藤",
    "田中",
    "王",
    "김",
    "כהן",
    "العلي",
    "Patel",
    "van der Berg",
    "de la Cruz",
    "St. John",
    "Smith-Jones",
    "Brown",
    "Miller",
    "Davis",
    "Wilson",
    "Anderson",
    "Taylor",
    "Moore",
    "Lee",
    "Walker",
    "Hall",
    "Young",
    "King",
    "Wright",
    "Lévesque",
    "Guðmundsdóttir",
];
const COMPANIES: [&str; 6] = [
    "Dockside Café LLC",
    "Müller & Söhne GmbH",
    "The Anchor Inn",
    "\"Quoted\" Interiors, Inc.",
    "Pier 7 <Hospitality>",
    "港町商店",
];
const STREETS: [&str; 10] = [
    "Maple Street",
    "Ocean Avenue",
    "Hauptstraße",
    "Rue de l'Église",
    "Elm Court",
    "5th Avenue",
    "Wharf Road",
    "Pine Lane",
    "St. Mark's Place",
    "Łąkowa",
];

/// Somebody who buys; `home` limits them to a place.
pub(crate) fn address(rng: &mut ChaCha8Rng, home: Option<usize>) -> Address {
    let place = home.unwrap_or_else(|| {
        if rng.random_ratio(1, 14) { rng.random_range(16..PLACES.len()) } else { rng.random_range(0..16) }
    });
    let street = format!("{} {}", rng.random_range(1..980), STREETS[rng.random_range(0..STREETS.len())]);
    Address {
        first: FIRST[rng.random_range(0..FIRST.len())],
        last: LAST[rng.random_range(0..LAST.len())],
        company: rng.random_ratio(1, 25).then(|| COMPANIES[rng.random_range(0..COMPANIES.len())]),
        street: street.into_boxed_str(),
        place,
    }
}

pub(crate) fn customers(rng: &mut ChaCha8Rng, how_many: usize, exempt_per_mille: u32) -> Vec<Customer> {
    let mut all = Vec::with_capacity(how_many);
    for number in 0..how_many {
        let address = address(rng, None);
        all.push(Customer {
            address,
            email: (!rng.random_ratio(1, 12)).then(|| format!("buyer{number}@example.com")),
            phone: rng.random_ratio(1, 2).then(|| format!("+1212555{:04}", number % 10_000)),
            tax_exempt: rng.random_range(0..1000) < exempt_per_mille,
        });
    }
    all
}
