use crate::support::Desk;
