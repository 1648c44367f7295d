//! The start of the integration: what it would do, from which day on, and the one time that it is done.

use books::{DocumentKind, Posting};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::State;

use super::{ApiError, Attention, PostingView, attention, connections::not_connected, setup};
use crate::{
    Host,
    company::Company,
    config::{Config, IntegrationConfig, Start},
    integration::{self, Integration, IntegrationView, Plan, Stage},
    messages::Message,
};

/// The feed of orders, which tells those of the day before the start date and later.
const ORDERS: &str = "shopify.orders";

/// What is decided about the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PlanView {
    /// Orders placed before this day, by the shop's calendar, are not carried over.
    pub start_date: String,
    /// Whether the stock of that day is put into the books.
    pub opening_stock: bool,
    /// Whether the integration is started, so that it can't be changed.
    pub fixed: bool,
}

/// How many entries of a kind there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct KindCount {
    /// The kind.
    #[specta(type = String)]
    pub kind: books::EntryKind,
    /// How many.
    pub entries: u32,
}

/// What a start would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StartPreview {
    /// Entries that are ready, by kind.
    pub counts: Vec<KindCount>,
    /// Entries that are ready.
    pub ready: u32,
    /// Entries that are held.
    pub held: u32,
    /// Why they are held.
    pub held_by: Vec<Attention>,
    /// What posting those that are ready does to the accounts, in sum.
    pub effect: Vec<PostingView>,
    /// What stands in the way of the start, the first to be solved first.
    pub obstacles: Vec<Message>,
    /// Path of the company file that was open the last time.
    pub company_file: Option<String>,
    /// The shop's name.
    pub shop: Option<String>,
    /// What has to be typed to start it: the company file's name without folder and ending.
    pub confirm_with: String,
}

/// What is decided about the start.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn plan(host: &Host) -> Result<PlanView, ApiError> {
    let plan = host.config().map_or_else(
        || {
            let opening_stock = IntegrationConfig::default().opening_stock;
            Plan { from: setup::first_start_date(host.now()), opening_stock }
        },
        |config| config.plan(),
    );
    Ok(PlanView {
        start_date: plan.from.to_string(),
        opening_stock: plan.opening_stock,
        fixed: Integration::of(host.store())?.stage != Stage::NotStarted,
    })
}

/// Decides from which day on sales are carried over, and whether the stock of that day is put into the books.
///
/// # Errors
/// [`ApiError`]: no shop is connected, or the integration is started; nothing was changed then.
pub async fn choose_plan(host: &Host, start_date: Date, opening_stock: bool) -> Result<PlanView, ApiError> {
    let store = host.store();
    if Integration::of(store)?.stage != Stage::NotStarted {
        return Err(ApiError::new(Message::new("setup.plan_fixed")));
    }
    let before = host.config().ok_or_else(not_connected)?.plan();
    if before == (Plan { from: start_date, opening_stock }) {
        return plan(host);
    }
    // In this order: a kill in between has the shop read once more, and never an order forgotten.
    if start_date < before.from {
        store.forget_cursor(ORDERS)?;
    }
    host.reconfigure(|config| {
        let mut config: Config = config.ok_or_else(not_connected)?.clone();
        config.shop.start_date = start_date;
        config.integration.opening_stock = opening_stock;
        Ok::<_, ApiError>(config)
    })
    .await?;
    let now = host.now();
    for kind in
        [DocumentKind::Order, DocumentKind::PurchaseOrder, DocumentKind::StockAdjustment, DocumentKind::StockTransfer]
    {
        store.map_again(kind, now)?;
    }
    if integration::lists_are_read(store)? {
        let run = store.begin_run("plan", now)?;
        let mapping = store.mapping()?.unwrap_or_default();
        let prepared = integration::prepare(store, run, &mapping, Plan { from: start_date, opening_stock }, now);
        store.finish_run(run, &store::RunOutcome::default(), now)?;
        prepared?;
    }
    host.change(|_, _| ());
    plan(host)
}

/// What a start would do, by what is mapped now.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn start_preview(host: &Host) -> Result<StartPreview, ApiError> {
    let store = host.store();
    let company: Option<Company> = store.setting("company")?;
    let mut counts: Vec<KindCount> = Vec::new();
    let mut held = 0;
    for (kind, state, entries) in store.counts_by_kind()? {
        match state {
            State::Ready => counts.push(KindCount { kind, entries }),
            State::Held => held += entries,
            _ => {}
        }
    }
    let effect = store.effect_of_ready()?.into_iter();
    let effect = effect.map(|(account, amount)| PostingView::from(&Posting { account, class: None, amount }));
    let shop = store.setting::<books::document::Shop>("shop")?;
    Ok(StartPreview {
        ready: counts.iter().map(|count| count.entries).sum(),
        counts,
        held,
        held_by: attention::causes(store)?,
        effect: effect.collect(),
        obstacles: integration::view(store, host.now())?.obstacles,
        confirm_with: confirm_with(company.as_ref()),
        company_file: company.map(|company| company.file_name),
        shop: shop.map(|shop| shop.name),
    })
}

/// Starts the integration, if `typed` is what has to be typed ([`StartPreview::confirm_with`]); capitals make no difference.
///
/// # Errors
/// [`ApiError`]: something else was typed, or what stands in the way; nothing was started then.
pub fn start(host: &Host, typed: &str) -> Result<IntegrationView, ApiError> {
    let store = host.store();
    let company: Option<Company> = store.setting("company")?;
    let word = confirm_with(company.as_ref());
    if company.is_some() && typed.trim().to_lowercase() != word.to_lowercase() {
        return Err(ApiError::new(Message::new("setup.confirmation").with("word", word)));
    }
    let plan = host.config().ok_or_else(not_connected)?.plan();
    tokio::task::block_in_place(|| {
        host.change(|store, now| integration::start(store, plan, Start::ByHand, now))?;
        integration::view(store, host.now())
    })
}

/// The company file's name without folder and ending, whichever way its path is written.
fn confirm_with(company: Option<&Company>) -> String {
    let name = company.map(|company| company.file_name.rsplit(['\\', '/']).next().unwrap_or_default());
    let name = name.unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(name, _)| name).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_to_type_is_the_company_files_name() {
        let named = |file_name: &str| {
            let company = Company { file_name: file_name.to_owned(), ..Company::default() };
            confirm_with(Some(&company))
        };
        assert_eq!(named("C:\\Books\\Harbour & Pine.QBW"), "Harbour & Pine");
        assert_eq!(named("\\\\server\\books\\a.b.qbw"), "a.b");
        assert_eq!(named("shop"), "shop");
        assert_eq!(confirm_with(None), "");
    }
}
