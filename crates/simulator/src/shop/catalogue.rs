//! What "Harbour & Pine" sells, where it has shops, and what tax a place charges. Plain tables; nothing here is random.

use rust_decimal::Decimal;

/// One tax authority's rate.
#[derive(Debug, PartialEq, Eq)]
pub struct Rate {
    /// The authority's title, as tax lines tell it.
    pub title: &'static str,
    /// In millionths: 75,000 are 7.5 %.
    pub millionths: u32,
}

impl Rate {
    pub(crate) fn decimal(&self) -> Decimal {
        Decimal::new(i64::from(self.millionths), 6)
    }
}

/// A place that goods are sent to, or a shop stands in.
#[derive(Debug)]
pub(crate) struct Place {
    pub city: &'static str,
    pub province: &'static str,
    pub province_code: &'static str,
    pub zip: &'static str,
    pub country: &'static str,
    pub country_code: &'static str,
    pub taxes: &'static [Rate],
    pub taxes_shipping: bool,
}

const fn rate(title: &'static str, millionths: u32) -> Rate {
    Rate { title, millionths }
}

const fn us(
    city: &'static str,
    province: &'static str,
    province_code: &'static str,
    zip: &'static str,
    taxes: &'static [Rate],
    taxes_shipping: bool,
) -> Place {
    Place { city, province, province_code, zip, country: "United States", country_code: "US", taxes, taxes_shipping }
}

const fn abroad(
    city: &'static str,
    province: &'static str,
    province_code: &'static str,
    zip: &'static str,
    country: &'static str,
    country_code: &'static str,
) -> Place {
    Place { city, province, province_code, zip, country, country_code, taxes: &[], taxes_shipping: false }
}

/// 7.5 %, the rate of PRODUCT.md's worked entries (5.2).
pub static SALES_TAX: [Rate; 1] = [rate("Sales Tax", 75_000)];

static NEW_YORK_CITY: [Rate; 3] = [
    rate("New York State Tax", 40_000),
    rate("New York City Tax", 45_000),
    rate("Metropolitan Commuter Transportation District Tax", 3_750),
];
static WESTCHESTER: [Rate; 3] = [
    rate("New York State Tax", 40_000),
    rate("Westchester County Tax", 40_000),
    rate("Metropolitan Commuter Transportation District Tax", 3_750),
];
static LOS_ANGELES: [Rate; 3] = [
    rate("California State Tax", 60_000),
    rate("Los Angeles County Tax", 2_500),
    rate("Los Angeles County District Tax", 32_500),
];
static NEW_JERSEY: [Rate; 1] = [rate("New Jersey State Tax", 66_250)];
static PHILADELPHIA: [Rate; 2] = [rate("Pennsylvania State Tax", 60_000), rate("Philadelphia City Tax", 20_000)];
static MASSACHUSETTS: [Rate; 1] = [rate("Massachusetts State Tax", 62_500)];
static CONNECTICUT: [Rate; 1] = [rate("Connecticut State Tax", 63_500)];
static AUSTIN: [Rate; 3] = [
    rate("Texas State Tax", 62_500),
    rate("Austin City Tax", 10_000),
    rate("Austin Metropolitan Transit Authority Tax", 10_000),
];
static SEATTLE: [Rate; 2] = [rate("Washington State Tax", 65_000), rate("Seattle City Tax", 38_500)];
static ORLANDO: [Rate; 2] = [rate("Florida State Tax", 60_000), rate("Orange County Tax", 5_000)];
static CHICAGO: [Rate; 4] = [
    rate("Illinois State Tax", 62_500),
    rate("Cook County Tax", 17_500),
    rate("Chicago City Tax", 12_500),
    rate("Regional Transportation Authority Tax", 10_000),
];

/// Where the goods go; the first two are the retail shops' own places.
pub(crate) static PLACES: [Place; 22] = [
    us("Brooklyn", "New York", "NY", "11201", &NEW_YORK_CITY, true),
    us("Boston", "Massachusetts", "MA", "02110", &MASSACHUSETTS, false),
    us("New York", "New York", "NY", "10014", &NEW_YORK_CITY, true),
    us("Yonkers", "New York", "NY", "10701", &WESTCHESTER, true),
    us("Los Angeles", "California", "CA", "90026", &LOS_ANGELES, false),
    us("Jersey City", "New Jersey", "NJ", "07302", &NEW_JERSEY, true),
    us("Philadelphia", "Pennsylvania", "PA", "19103", &PHILADELPHIA, true),
    us("Hartford", "Connecticut", "CT", "06103", &CONNECTICUT, true),
    us("Cambridge", "Massachusetts", "MA", "02139", &MASSACHUSETTS, false),
    us("Austin", "Texas", "TX", "78704", &AUSTIN, true),
    us("Seattle", "Washington", "WA", "98101", &SEATTLE, true),
    us("Orlando", "Florida", "FL", "32801", &ORLANDO, false),
    us("Chicago", "Illinois", "IL", "60614", &CHICAGO, false),
    us("Portland", "Oregon", "OR", "97205", &[], false),
    us("Portsmouth", "New Hampshire", "NH", "03801", &[], false),
    us("Boise", "Idaho", "ID", "83702", &[], false),
    abroad("Toronto", "Ontario", "ON", "M5V 2T6", "Canada", "CA"),
    abroad("London", "England", "ENG", "E1 6AN", "United Kingdom", "GB"),
    abroad("München", "Bayern", "BY", "80331", "Germany", "DE"),
    abroad("東京都港区", "東京都", "JP-13", "105-0011", "Japan", "JP"),
    abroad("Kraków", "Małopolskie", "MA", "31-001", "Poland", "PL"),
    abroad("Reykjavík", "", "", "101", "Iceland", "IS"),
];

/// The two retail shops: name, index of the place, street.
pub(crate) const LOCATIONS: [(&str, usize, &str); 2] =
    [("Harbour & Pine Brooklyn", 0, "88 Atlantic Avenue"), ("Harbour & Pine Boston", 1, "14 Long Wharf")];

pub(crate) struct Product {
    pub title: String,
    pub kind: &'static str,
    pub vendor: &'static str,
    pub gift_card: bool,
    pub status: Status,
    /// When it last changed, where that was after the trade began.
    pub updated: Option<jiff::Timestamp>,
}

/// Whether a product can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Archived,
    Deleted,
}

pub(crate) struct Variant {
    pub product: usize,
    pub position: usize,
    /// `Default Title` where the product has no options.
    pub title: &'static str,
    pub sku: Option<String>,
    pub price: Decimal,
    pub cost: Option<Decimal>,
    /// When its cost last changed, where that was after the trade began.
    pub costed: Option<jiff::Timestamp>,
    pub tracked: bool,
    pub taxable: bool,
    pub ships: bool,
    /// Old lines keep its title and SKU, nothing else of it is left.
    pub deleted: bool,
}

pub(crate) struct Catalogue {
    pub products: Vec<Product>,
    pub variants: Vec<Variant>,
}

/// Title, type, vendor, SKU stem, price in cents, cost in percent of it, taxable, options.
type Row = (&'static str, &'static str, &'static str, &'static str, i64, i64, bool, &'static [&'static str]);

const SIZES: &[&str] = &["S", "M", "L", "XL"];
const TONES: &[&str] = &["Navy", "Sand"];

#[rustfmt::skip]
const ROWS: [Row; 59] = [
    ("Harbour Enamel Mug", "Kitchen", "Pine Works", "HP-MUG", 1800, 38, true, &["8 oz", "12 oz"]),
    ("Fisherman's Rib Sweater", "Apparel", "North Quay", "HP-SWT", 12800, 42, true, SIZES),
    ("Deck Beanie", "Apparel", "North Quay", "HP-BNE", 3200, 35, true, TONES),
    ("Canvas Tote", "Bags", "Pine Works", "HP-TOT", 4500, 33, true, TONES),
    ("Waxed Rucksack", "Bags", "Fjällgren", "HP-RUC", 18900, 47, true, TONES),
    ("Pine Needle Soap", "Bath", "Sæbehuset", "HP-SOP", 950, 30, true, &[]),
    ("Sea Salt Soap", "Bath", "Sæbehuset", "HP-SOS", 950, 30, true, &[]),
    ("Cedar Candle", "Home", "Lumière Sœurs", "HP-CND", 3400, 36, true, &["Small", "Large"]),
    ("Tide Chart Print", "Home", "Pine Works", "HP-PRT", 2899, 21, true, &["A4", "A3"]),
    ("Wool Throw", "Home", "Fjällgren", "HP-THR", 14550, 44, true, TONES),
    ("Oyster Knife", "Kitchen", "Laguiole Père & Fils", "HP-OYS", 4199, 40, true, &[]),
    ("Chef's Apron", "Kitchen", "Pine Works", "HP-APR", 5800, 39, true, TONES),
    ("Cast-Iron Pan 10\"", "Kitchen", "Iron & Ash", "HP-PAN", 8995, 51, true, &[]),
    ("Olive Wood Board", "Kitchen", "Olivier", "HP-BRD", 6450, 45, true, &["Small", "Large"]),
    ("Harbour Blend Coffee", "Pantry", "Third Wharf Roasters", "HP-COF", 1650, 48, false, &["Whole bean", "Ground"]),
    ("Wild Blueberry Jam", "Pantry", "Downeast Larder", "HP-JAM", 899, 46, false, &[]),
    ("Maple Syrup", "Pantry", "Downeast Larder", "HP-SYR", 2199, 50, false, &["250 ml", "500 ml"]),
    ("Smoked Sea Salt", "Pantry", "Downeast Larder", "HP-SLT", 1275, 32, false, &[]),
    ("Linen Shirt", "Apparel", "North Quay", "HP-SHT", 9800, 41, true, SIZES),
    ("Striped Breton Tee", "Apparel", "Saint-Malo Tricots", "HP-TEE", 5600, 37, true, SIZES),
    ("Rain Jacket", "Apparel", "North Quay", "HP-JKT", 21900, 49, true, SIZES),
    ("Merino Socks", "Apparel", "Fjällgren", "HP-SCK", 1999, 34, true, &["S/M", "L/XL"]),
    ("Leather Key Fob", "Accessories", "Iron & Ash", "HP-KEY", 1499, 28, true, &[]),
    ("Brass Pencil", "Stationery", "Iron & Ash", "HP-PNC", 2450, 33, true, &[]),
    ("Dotted Notebook", "Stationery", "Papier & Cie", "HP-NTB", 1695, 31, true, TONES),
    ("Ship's Log Journal", "Stationery", "Papier & Cie", "HP-LOG", 3275, 35, true, &[]),
    ("Field Flashlight", "Outdoor", "Lumen", "HP-FLS", 5499, 52, true, &[]),
    ("Camp Hatchet", "Outdoor", "Iron & Ash", "HP-HAT", 11225, 48, true, &[]),
    ("Thermos Bottle", "Outdoor", "Lumen", "HP-THM", 3850, 43, true, TONES),
    ("Folding Stool", "Outdoor", "Pine Works", "HP-STL", 7300, 46, true, &[]),
    ("Driftwood Lamp", "Home", "Pine Works", "HP-LMP", 16400, 50, true, &[]),
    ("Stoneware Bowl", "Kitchen", "陶器工房 Mori", "HP-BWL", 2675, 40, true, TONES),
    ("Sushi Plate", "Kitchen", "陶器工房 Mori", "HP-SUS", 3333, 40, true, &[]),
    ("Tea Towel", "Kitchen", "Pine Works", "HP-TTW", 1399, 29, true, TONES),
    ("Beeswax Wraps", "Kitchen", "Honey & Co", "HP-WAX", 1950, 33, true, &[]),
    ("Bath Brush", "Bath", "Sæbehuset", "HP-BRS", 2225, 36, true, &[]),
    ("Hand Balm", "Bath", "Sæbehuset", "HP-BLM", 1350, 30, true, &[]),
    ("Cotton Bathrobe", "Bath", "Lumière Sœurs", "HP-ROB", 9450, 43, true, &["S/M", "L/XL"]),
    ("Wooden Sailboat", "Toys", "Pine Works", "HP-SAL", 4275, 37, true, &[]),
    ("Plush Seal", "Toys", "Kuscheltier GmbH", "HP-SEA", 2800, 35, true, TONES),
    ("Harbour Puzzle, 1000 pieces", "Toys", "Papier & Cie", "HP-PUZ", 2999, 34, true, &[]),
    ("Rope Dog Leash", "Pets", "North Quay", "HP-LSH", 3150, 36, true, TONES),
    ("Dog Bandana", "Pets", "North Quay", "HP-BAN", 1525, 27, true, &[]),
    ("Anchor Cufflinks", "Accessories", "Iron & Ash", "HP-CUF", 6725, 38, true, &[]),
    ("Silk Scarf", "Accessories", "Saint-Malo Tricots", "HP-SCF", 8850, 42, true, TONES),
    ("Sun Hat", "Accessories", "North Quay", "HP-HAT2", 4725, 35, true, &["S/M", "L/XL"]),
    ("Beach Towel", "Outdoor", "Saint-Malo Tricots", "HP-BTW", 3999, 39, true, TONES),
    ("Picnic Basket", "Outdoor", "Olivier", "HP-PIC", 12350, 47, true, &[]),
    ("Garden Gloves", "Outdoor", "Iron & Ash", "HP-GLV", 2150, 33, true, &["S/M", "L/XL"]),
    ("Herb Planter", "Home", "Pine Works", "HP-PLN", 3695, 41, true, &[]),
    ("Linen Napkins (4)", "Kitchen", "Saint-Malo Tricots", "HP-NAP", 4444, 38, true, TONES),
    ("Espresso Cups (2)", "Kitchen", "陶器工房 Mori", "HP-ESP", 3599, 40, true, &[]),
    ("Wine Stopper", "Kitchen", "Iron & Ash", "HP-WST", 1125, 29, true, &[]),
    ("Fireside Matches", "Home", "Lumière Sœurs", "HP-MAT", 775, 26, true, &[]),
    ("Room Spray", "Home", "Lumière Sœurs", "HP-RSP", 2725, 31, true, &["Cedar", "Sea"]),
    ("Tin Lantern", "Outdoor", "Lumen", "HP-LNT", 5975, 44, true, TONES),
    ("Boot Brush", "Outdoor", "Pine Works", "HP-BBR", 3025, 37, true, &[]),
    ("Gift Wrapping", "Services", "Harbour & Pine", "", 500, 0, true, &[]),
    ("“Salt & Pine” <Limited> Box – 港と松 🎁 ‘Édition d’hiver’", "Gifts", "Harbour & Pine", "HP-BOX", 14999, 45, true, &[]),
];

/// The face values of the gift card, each a variant of the last product.
const GIFT_CARDS: [(&str, i64); 4] = [("$25.00", 2500), ("$50.00", 5000), ("$100.00", 10_000), ("$250.00", 25_000)];

impl Catalogue {
    /// The assortment, with this many hooks beside it.
    pub fn with(hooks: u32) -> Catalogue {
        let mut products = Vec::new();
        let mut variants = Vec::new();
        for (title, kind, vendor, stem, price, cost, taxable, options) in ROWS {
            let service = stem.is_empty();
            let product = products.len();
            products.push(Product {
                title: title.to_owned(),
                kind,
                vendor,
                gift_card: false,
                status: Status::Active,
                updated: None,
            });
            let options: &[&str] = if options.is_empty() { &["Default Title"] } else { options };
            for (position, option) in options.iter().enumerate() {
                let price =
                    Decimal::new(price + 250 * i64::from(option.starts_with("Large") || *option == "500 ml"), 2);
                let sku = match (service, options.len()) {
                    (true, _) => None,
                    (false, 1) => Some(stem.to_owned()),
                    (false, _) => Some(format!("{stem}-{}", position + 1)),
                };
                variants.push(Variant {
                    product,
                    position,
                    title: option,
                    sku,
                    price,
                    cost: (!service).then(|| super::model::cents(price * Decimal::new(cost, 2))),
                    costed: None,
                    tracked: !service,
                    taxable,
                    ships: !service,
                    deleted: false,
                });
            }
        }
        for number in 1..=hooks {
            let product = products.len();
            products.push(Product {
                title: format!("Hook no. {number}"),
                kind: "Hardware",
                vendor: "Pine Works",
                gift_card: false,
                status: Status::Active,
                updated: None,
            });
            variants.push(Variant {
                product,
                position: 0,
                title: "Default Title",
                sku: Some(format!("HP-HOOK-{number:05}")),
                price: Decimal::new(495, 2),
                cost: Some(Decimal::new(180, 2)),
                costed: None,
                tracked: true,
                taxable: true,
                ships: true,
                deleted: false,
            });
        }
        products.push(Product {
            title: "Harbour & Pine Gift Card".to_owned(),
            kind: "Gift Cards",
            vendor: "Harbour & Pine",
            gift_card: true,
            status: Status::Active,
            updated: None,
        });
        for (position, (title, value)) in GIFT_CARDS.into_iter().enumerate() {
            variants.push(Variant {
                product: products.len() - 1,
                position,
                title,
                sku: None,
                price: Decimal::new(value, 2),
                cost: None,
                costed: None,
                tracked: false,
                taxable: false,
                ships: false,
                deleted: false,
            });
        }
        Catalogue { products, variants }
    }
    /// How many of the variants are goods; the gift cards come after them.
    pub fn goods(&self) -> usize {
        self.variants.len() - GIFT_CARDS.len()
    }
    pub fn product_of(&self, variant: usize) -> &Product {
        &self.products[self.variants[variant].product]
    }
}

/// Card brand and the end of its number.
pub(crate) const CARDS: [(&str, &str); 4] =
    [("Visa", "4242"), ("Mastercard", "4444"), ("American Express", "0005"), ("Discover", "1117")];

/// Ways to ship: title, code, price in cents.
pub(crate) const SHIPPING: [(&str, &str, i64); 4] = [
    ("Standard", "Standard", 695),
    ("Express (2–3 days)", "Express", 1495),
    ("Economy", "Economy", 499),
    ("International", "International", 2950),
];

/// The ship-to country decides between the domestic and the international way.
pub(crate) const INTERNATIONAL: usize = 3;
