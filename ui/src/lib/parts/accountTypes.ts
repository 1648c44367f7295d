import { m } from "../paraglide/messages";

const names: Record<string, () => string> = {
  AccountsPayable: m.setup_type_accounts_payable,
  AccountsReceivable: m.setup_type_accounts_receivable,
  Bank: m.setup_type_bank,
  Class: m.setup_type_class,
  CostOfGoodsSold: m.setup_type_cogs,
  CreditCard: m.setup_type_credit_card,
  Equity: m.setup_type_equity,
  Expense: m.setup_type_expense,
  FixedAsset: m.setup_type_fixed_asset,
  Income: m.setup_type_income,
  ItemSalesTax: m.setup_type_sales_tax_item,
  LongTermLiability: m.setup_type_long_term_liability,
  NonPosting: m.setup_type_non_posting,
  OtherAsset: m.setup_type_other_asset,
  OtherCurrentAsset: m.setup_type_other_current_asset,
  OtherCurrentLiability: m.setup_type_other_current_liability,
  OtherExpense: m.setup_type_other_expense,
  OtherIncome: m.setup_type_other_income,
};

/** QuickBooks' type of an account in the reader's language; one that is not known stands for itself. */
export function accountType(type: string): string {
  return names[type]?.() ?? type;
}
