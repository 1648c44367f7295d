//! Reading the sources: feed by feed, each from where it was left, with what it told stored before it is asked on.

use std::collections::BTreeMap;

use books::{Fact, document::Shop};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use store::{RunId, StoreError};
use tracing::warn;

use super::{Engine, RunError};
use crate::{
    choices,
    messages::Message,
    source::{Opening, Told},
};

/// The setting that keeps the feeds that are left out, each with what to tell the merchant.
pub(crate) const LEFT_OUT: &str = "trouble.feeds";
/// How far the shop's search index may lag behind what happens (SHOPIFY.md 2.6).
const INDEX_LAG: SignedDuration = SignedDuration::from_mins(10);

impl Engine {
    /// Reads all feeds. Everything that was read before a failure is kept.
    pub(super) async fn pull(&self, run: RunId) -> Result<(), RunError> {
        let began = self.clock.now();
        let mut missed = false;
        let mut left_out = BTreeMap::new();
        for name in self.source.feeds() {
            match self.pull_feed(run, name, &mut missed).await {
                Err(RunError::Source(error)) if error.only_this_feed => {
                    warn!(feed = name, code = error.message.code, %error, "a feed is left out of this run");
                    left_out.insert(name.to_owned(), error.message);
                }
                result => result?,
            }
        }
        self.note_left_out(&left_out)?;
        Ok(self.note_days_over(began)?)
    }

    /// Everything was read that happened in the shop before `began`: the days that were over by then can be posted as one.
    fn note_days_over(&self, began: Timestamp) -> Result<(), StoreError> {
        let Some(shop) = self.store.setting::<Shop>("shop")? else { return Ok(()) };
        let Ok(zone) = TimeZone::get(&shop.time_zone) else { return Ok(()) };
        let settled = began.saturating_sub(INDEX_LAG).unwrap_or(began).to_zoned(zone).date();
        match settled.yesterday() {
            Ok(over) => self.store.told_through(over, self.clock.now()),
            Err(_) => Ok(()),
        }
    }

    async fn pull_feed(&self, run: RunId, name: &'static str, missed: &mut bool) -> Result<(), RunError> {
        let zone = self.store.setting::<Shop>("shop")?.and_then(|shop| TimeZone::get(&shop.time_zone).ok());
        let opening = Opening {
            cursor: self.store.cursor(name)?,
            now: self.clock.now(),
            missed: *missed,
            zone: zone.unwrap_or(TimeZone::UTC),
        };
        let mut feed = self.source.open(name, opening)?;
        while let Some(page) = feed.next().await? {
            let now = self.clock.now();
            let told: Vec<_> =
                page.documents.iter().map(|Told { document, raw }| store::Pulled { document, raw }).collect();
            let count = tokio::task::block_in_place(|| {
                self.remember_shop(&page.documents, now)?;
                choices::remember_met(&self.store, page.documents.iter().map(|told| &told.document), now)?;
                for id in &page.gone {
                    self.store.gone(id, now)?;
                }
                let unknown = self.store.unknown(&page.mentioned)?;
                if !unknown.is_empty() {
                    warn!(orders = unknown.len(), "the shop mentions orders that it never told: they are looked for");
                    *missed = true;
                }
                self.store.save_pulled(run, name, &told, Some(&page.cursor), now)
            })?;
            if let Some(open) = &mut self.live().run {
                open.pulled.new += count.new;
                open.pulled.changed += count.changed;
            }
            self.progress.send_modify(|progress| progress.pulled += count.new + count.changed);
        }
        Ok(())
    }

    /// Keeps which feeds are left out, and why, where the status shows it.
    fn note_left_out(&self, left_out: &BTreeMap<String, Message>) -> Result<(), StoreError> {
        if self.store.setting::<BTreeMap<String, Message>>(LEFT_OUT)?.unwrap_or_default() == *left_out {
            return Ok(());
        }
        self.store.set_setting(
            LEFT_OUT,
            left_out,
            "feeds that are left out, or that none is any more",
            self.clock.now(),
        )
    }

    /// Keeps the shop's own facts where the mapping finds them.
    fn remember_shop(&self, documents: &[Told], now: Timestamp) -> Result<(), StoreError> {
        for told in documents {
            if let Fact::Shop(shop) = &told.document.fact
                && self.store.setting::<Shop>("shop")?.as_ref() != Some(shop)
            {
                self.store.remap_open(now)?;
                self.store.set_setting("shop", shop, "what the shop says of itself", now)?;
            }
        }
        Ok(())
    }
}
