//! The noun: a bank account and whose it is; and the verb that gives one.

use serde::{Deserialize, Serialize};

use crate::budgets::FundingRoute;
use crate::budgets::terms::Holder;
use crate::clock::UtcTime;
use crate::db::{Conn, text_enum};
use crate::error::{AppError, FieldError};
use crate::ids::{AuthorityId, BudgetId, OrganizationId, PayeeAccountId, PersonId};

use super::store;
use crate::vault::{Sealed, Vault};

text_enum! {
    /// What a payee is.
    pub enum PayeeKind {
        /// A provider.
        Organization = "organization",
        /// The council itself: from where it pays.
        Authority = "authority",
        /// Whoever holds a budget in one way.
        Budget = "budget",
    }
}

/// Whose account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payee {
    /// A provider's.
    Organization(OrganizationId),
    /// The council's.
    Authority(AuthorityId),
    /// Of whoever holds a budget in one way, under this name: the person (no name), a third party, a trust, a broker. Under
    /// another name it is another account, so that another trust never gets what is due to the one before.
    Holder(BudgetId, FundingRoute, String),
}

/// How the database knows a payee.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PayeeKey {
    /// What it is.
    pub kind: PayeeKind,
    /// Its id.
    pub id: String,
    /// In which way a budget is held; empty for others.
    pub route: String,
    /// Under which name; empty for others.
    pub name: String,
}

impl Payee {
    /// Where the holder of a budget is paid: the provider of a service fund where it is paid for everything else.
    #[must_use]
    pub fn of_holder(budget: BudgetId, holder: &Holder) -> Self {
        match holder.organization {
            Some(provider) => Self::Organization(provider),
            None => Self::Holder(budget, holder.route, holder.name.trim().to_owned()),
        }
    }

    /// How the database knows it.
    #[must_use]
    pub fn key(&self) -> PayeeKey {
        let plain = |kind, id: String| PayeeKey { kind, id, route: String::new(), name: String::new() };
        match self {
            Self::Organization(id) => plain(PayeeKind::Organization, id.to_string()),
            Self::Authority(id) => plain(PayeeKind::Authority, id.to_string()),
            Self::Holder(budget, route, name) => {
                let (id, route) = (budget.to_string(), route.to_string());
                PayeeKey { kind: PayeeKind::Budget, id, route, name: name.clone() }
            }
        }
    }
}

/// A bank account. Does not print its numbers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// The name on it.
    pub name: String,
    /// Six digits, for an account in the United Kingdom.
    pub sort_code: Option<String>,
    /// Eight digits.
    pub number: Option<String>,
    /// For any account that has one.
    pub iban: Option<String>,
}

impl std::fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BankAccount({})", self.shown())
    }
}

/// Lengths of IBANs by country: the countries that the United Kingdom's banks pay most.
const IBAN_LENGTHS: [(&str, usize); 24] = [
    ("GB", 22),
    ("IE", 22),
    ("JE", 22),
    ("GG", 22),
    ("IM", 22),
    ("DE", 22),
    ("FR", 27),
    ("ES", 24),
    ("PT", 25),
    ("IT", 27),
    ("NL", 18),
    ("BE", 16),
    ("LU", 20),
    ("AT", 20),
    ("CH", 21),
    ("PL", 28),
    ("RO", 24),
    ("LT", 20),
    ("LV", 21),
    ("SE", 24),
    ("NO", 15),
    ("DK", 18),
    ("FI", 18),
    ("MT", 31),
];

impl BankAccount {
    /// Checks what was typed: a name, and either a sort code with an account number, or an IBAN.
    pub fn checked(name: &str, sort_code: &str, number: &str, iban: &str) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > 70 || name.chars().any(char::is_control) {
            wrong.push(FieldError::new("name", "Enter the name on the account, in up to 70 letters."));
        }
        let digits = |text: &str| -> String { text.chars().filter(|c| !" -".contains(*c)).collect() };
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (sort_code, mut number, iban) = (digits(sort_code), digits(number), digits(iban).to_uppercase());
        if iban.is_empty() {
            if !all_digits(&sort_code) || sort_code.len() != 6 || sort_code == "000000" {
                wrong.push(FieldError::new("sort_code", "Enter a sort code of six digits, such as 20-00-00."));
            }
            if !all_digits(&number) || !(6..=8).contains(&number.len()) || number.bytes().all(|byte| byte == b'0') {
                let why = "Enter an account number of eight digits. Six or seven are fine too.";
                wrong.push(FieldError::new("number", why));
            }
        } else if !sort_code.is_empty() || !number.is_empty() {
            wrong.push(FieldError::new("iban", "Enter a sort code and an account number, or an IBAN: not both."));
        } else if !is_iban(&iban) {
            wrong.push(FieldError::new("iban", "This is no IBAN. Look again: two letters, then digits and letters."));
        }
        if !wrong.is_empty() {
            return Err(AppError::invalid(wrong));
        }
        number = format!("{number:0>8}");
        if iban.is_empty() {
            return Ok(Self { name, sort_code: Some(sort_code), number: Some(number), iban: None });
        }
        Ok(Self { name, sort_code: None, number: None, iban: Some(iban) })
    }

    /// As pages show it: "account ending 678".
    #[must_use]
    pub fn shown(&self) -> String {
        let whole = self.number.as_ref().or(self.iban.as_ref()).map_or("", String::as_str);
        let what = if self.iban.is_some() { "IBAN" } else { "account" };
        format!("{what} ending {}", whole.get(whole.len().saturating_sub(3)..).unwrap_or_default())
    }
}

/// By ISO 13616: its length, its letters, and the remainder of 97.
fn is_iban(iban: &str) -> bool {
    let fits = iban.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if !fits || !(15..=34).contains(&iban.len()) {
        return false;
    }
    let (country, rest) = iban.split_at(2);
    if !country.bytes().all(|byte| byte.is_ascii_uppercase()) || !rest.as_bytes()[..2].iter().all(u8::is_ascii_digit) {
        return false;
    }
    if IBAN_LENGTHS.iter().any(|(known, length)| *known == country && *length != iban.len()) {
        return false;
    }
    let turned = iban[4..].bytes().chain(iban[..4].bytes());
    let remainder = turned.fold(0_u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    remainder == 1
}

/// Gives a payee another account: the one before ends. The same account again changes nothing.
#[tracing::instrument(skip_all)]
pub fn give_account(
    tx: &mut Conn,
    vault: &Vault,
    payee: &Payee,
    account: &BankAccount,
    by: PersonId,
    now: UtcTime,
) -> Result<PayeeAccountId, AppError> {
    if let Some((id, sealed)) = store::account_of(tx, payee)? {
        let same = open(vault, &sealed).is_ok_and(|before| before == *account);
        if same {
            return Ok(id);
        }
    }
    let text = serde_json::to_string(account).map_err(AppError::unexpected)?;
    let sealed = vault.seal(Sealed::PayeeAccount, &text)?;
    Ok(store::insert_account(tx, payee, (&sealed, &account.shown()), by, now)?)
}

/// Opens a sealed account.
pub(super) fn open(vault: &Vault, sealed: &str) -> Result<BankAccount, AppError> {
    serde_json::from_str(&vault.unseal(Sealed::PayeeAccount, sealed)?)
        .map_err(|_cause| AppError::unexpected("a sealed account is damaged"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_as_people_write_them() {
        let account = BankAccount::checked(" Amira  Khan ", "20-00 00", "1234567", "").unwrap();
        assert_eq!((account.name.as_str(), account.number.as_deref()), ("Amira Khan", Some("01234567")));
        assert_eq!(account.shown(), "account ending 567");
        assert_eq!(format!("{account:?}"), "BankAccount(account ending 567)");
        let abroad = BankAccount::checked("Amira", "", "", "gb82 WEST 1234 5698 7654 32").unwrap();
        assert_eq!(abroad.iban.as_deref(), Some("GB82WEST12345698765432"));
    }

    #[test]
    fn what_is_no_account_is_refused() {
        for (sort_code, number, iban) in [
            ("", "", ""),
            ("20-00-0", "12345678", ""),
            ("20-00-00", "12345", ""),
            ("20-00-00", "123456789", ""),
            ("20-00-00", "1234567a", ""),
            ("000000", "12345678", ""),
            ("20-00-00", "00000000", ""),
            ("20-00-00", "", "GB82WEST12345698765432"),
            ("", "", "GB82WEST12345698765433"),
            ("", "", "GB82WEST1234569876543"),
            ("", "", "12345678901234567"),
            ("", "", "GBé2WEST12345698765432"),
        ] {
            assert!(BankAccount::checked("A", sort_code, number, iban).is_err(), "{sort_code} {number} {iban}");
        }
        assert!(BankAccount::checked(" ", "200000", "12345678", "").is_err());
    }
}
