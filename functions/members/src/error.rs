//! What the rules and the mail refuse, as problems.

use http::StatusCode;
use vivier_domain::people::Refusal;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::rooms::{
    mail::MailError,
    people::{ChangeError, InviteError},
};

fn conflict(code: &str, title: &str) -> Problem {
    Problem {
        kind: format!("urn:vivier:problem:{code}"),
        title: title.to_owned(),
        status: StatusCode::CONFLICT.as_u16(),
        errors: Vec::new(),
        current_version: None,
        retry_after: None,
    }
}

pub(crate) fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Forbidden => Problem::new(ProblemKind::Forbidden),
        Refusal::UnknownMember => Problem::new(ProblemKind::NotFound),
        Refusal::UnknownRole => Problem::new(ProblemKind::InvalidBody).field("role", "unknown"),
        Refusal::LastManager => {
            conflict("last-manager", "A tenant keeps a member who administers its people.")
        }
        Refusal::AlreadyMember => conflict("already-member", "This person is a member already."),
        Refusal::RoleInUse => conflict("role-in-use", "This role is granted to somebody."),
        Refusal::TooMany => conflict("too-many", "The tenant has as many as it may."),
        Refusal::WrongState => conflict("wrong-state", "The member is not in a state for this."),
    }
}

pub(crate) fn changed(error: ChangeError) -> Problem {
    match error {
        ChangeError::Refused(refusal) => refused(refusal),
        ChangeError::Outdated => Problem::new(ProblemKind::PreconditionFailed),
        ChangeError::Tenancy(error) => error.into(),
    }
}

pub(crate) fn not_invited(error: InviteError) -> Problem {
    match error {
        InviteError::Change(error) => changed(error),
        // Not whose: that is nobody's business here.
        InviteError::AddressTaken => conflict("address-taken", "This address cannot be invited."),
        InviteError::Mail(MailError::Refused(_)) => conflict(
            "mail-refused",
            "The mail service refuses the tenant's sender or this address; the invitation was not mailed.",
        ),
        InviteError::Mail(MailError::SenderNotApproved) => Problem::new(ProblemKind::SenderNotApproved),
        InviteError::Mail(MailError::Tenancy(error)) => error.into(),
        InviteError::Mail(MailError::Unclear) => Problem::new(ProblemKind::Unavailable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_word_of_its_own() {
        for (refusal, status, code) in [
            (Refusal::Forbidden, 403, "forbidden"),
            (Refusal::UnknownMember, 404, "not-found"),
            (Refusal::UnknownRole, 400, "invalid-body"),
            (Refusal::LastManager, 409, "last-manager"),
            (Refusal::AlreadyMember, 409, "already-member"),
            (Refusal::RoleInUse, 409, "role-in-use"),
            (Refusal::TooMany, 409, "too-many"),
            (Refusal::WrongState, 409, "wrong-state"),
        ] {
            let problem = refused(refusal);
            assert_eq!((problem.status, problem.kind), (status, format!("urn:vivier:problem:{code}")));
        }
        assert_eq!(changed(ChangeError::Outdated).status, 412);
        assert_eq!(not_invited(InviteError::AddressTaken).kind, "urn:vivier:problem:address-taken");
        let refused = not_invited(InviteError::Mail(MailError::Refused("message-rejected")));
        assert_eq!(refused.kind, "urn:vivier:problem:mail-refused");
        let refused = not_invited(InviteError::Mail(MailError::SenderNotApproved));
        assert_eq!((refused.status, refused.kind.as_str()), (409, "urn:vivier:problem:sender-not-approved"));
    }
}
