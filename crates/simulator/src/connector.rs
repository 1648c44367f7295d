//! Drives a SOAP endpoint as the QuickBooks Web Connector does.
