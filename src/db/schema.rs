//! The tables, as diesel knows them: both databases have the same (`tests/contracts/schemas_agree.rs`).

diesel::table! {
    authorities (id) {
        id -> Text,
        gss_code -> Text,
        name -> Text,
        slug -> Text,
        latitude -> Double,
        longitude -> Double,
    }
}

diesel::table! {
    wards (code) {
        code -> Text,
        authority_id -> Text,
        name -> Text,
        latitude -> Double,
        longitude -> Double,
    }
}

diesel::table! {
    organizations (id) {
        id -> Text,
        name -> Text,
        description -> Text,
        provider_type -> Text,
        status -> Text,
        website -> Nullable<Text>,
        origin -> Text,
        created_at -> Timestamp,
        authority_id -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        charity_number -> Nullable<Text>,
        company_number -> Nullable<Text>,
    }
}

diesel::table! {
    taxonomy_terms (id) {
        id -> Text,
        taxonomy -> Text,
        parent_id -> Nullable<Text>,
        name -> Text,
        description -> Text,
        curie -> Nullable<Text>,
    }
}

diesel::table! {
    services (id) {
        id -> Text,
        organization_id -> Text,
        kind -> Text,
        category_id -> Text,
        name -> Text,
        description -> Text,
        status -> Text,
        url -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        minimum_age -> Nullable<Integer>,
        maximum_age -> Nullable<Integer>,
        opening_hours -> Text,
        languages -> Text,
        regulated -> Bool,
        registration_number -> Nullable<Text>,
        registration_source -> Nullable<Text>,
        registration_checked_on -> Nullable<Date>,
        regulator_rating -> Nullable<Text>,
        regulator_inspected_on -> Nullable<Date>,
        places_free -> Nullable<Integer>,
        waiting_days -> Nullable<Integer>,
        origin -> Text,
        source -> Nullable<Text>,
        assured_on -> Date,
        last_modified -> Timestamp,
        rating_inherited -> Bool,
    }
}

diesel::table! {
    attributes (service_id, taxonomy_term_id) {
        service_id -> Text,
        taxonomy_term_id -> Text,
    }
}

diesel::table! {
    locations (id) {
        id -> Text,
        address -> Nullable<Text>,
        postal_code -> Text,
        latitude -> Double,
        longitude -> Double,
    }
}

diesel::table! {
    service_at_locations (service_id, location_id) {
        service_id -> Text,
        location_id -> Text,
    }
}

diesel::table! {
    service_areas (service_id) {
        service_id -> Text,
        radius_metres -> Integer,
    }
}

diesel::table! {
    cost_options (id) {
        id -> Text,
        service_id -> Text,
        label -> Text,
        unit -> Text,
        amount_pence -> BigInt,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        position -> Integer,
        rate -> Text,
        includes -> Text,
        direct_pence -> Nullable<BigInt>,
        management_pence -> Nullable<BigInt>,
        overhead_pence -> Nullable<BigInt>,
    }
}

diesel::table! {
    schedules (id) {
        id -> Text,
        service_id -> Text,
        freq -> Text,
        every -> Integer,
        byday -> Text,
        starts_on -> Nullable<Date>,
        opens_at -> Nullable<Text>,
        closes_at -> Nullable<Text>,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        description -> Text,
    }
}

diesel::table! {
    areas_served (service_id, area_kind, code) {
        service_id -> Text,
        area_kind -> Text,
        code -> Text,
    }
}

diesel::table! {
    funding_accepted (service_id, funding_route) {
        service_id -> Text,
        funding_route -> Text,
    }
}

diesel::table! {
    verifications (id) {
        id -> Text,
        organization_id -> Text,
        paper -> Text,
        detail -> Text,
        state -> Text,
        sent_at -> Timestamp,
        checked_by -> Nullable<Text>,
        checked_on -> Nullable<Date>,
        expires_on -> Nullable<Date>,
        reminded_on -> Nullable<Date>,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        display_name -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        created_at -> Timestamp,
        email_confirmed_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        tokens_end_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    citizens (person_id) {
        person_id -> Text,
        authority_id -> Text,
        ward_code -> Text,
        birth_year -> Integer,
        need_group -> Text,
    }
}

diesel::table! {
    memberships (id) {
        id -> Text,
        person_id -> Text,
        role -> Text,
        authority_id -> Nullable<Text>,
        organization_id -> Nullable<Text>,
        standing -> Nullable<Text>,
        granted_at -> Timestamp,
    }
}

diesel::table! {
    authority_settings (authority_id, setting) {
        authority_id -> Text,
        setting -> Text,
        value -> BigInt,
        changed_at -> Timestamp,
        changed_by -> Text,
    }
}

diesel::table! {
    letters (id) {
        id -> Text,
        kind -> Text,
        address -> Text,
        subject -> Text,
        words -> Text,
        html -> Text,
        state -> Text,
        tries -> Integer,
        next_try_at -> Timestamp,
        last_problem -> Nullable<Text>,
        queued_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        id -> Text,
        person_id -> Text,
        proven -> Text,
        membership_id -> Nullable<Text>,
        for_oneself -> Bool,
        acting_for -> Nullable<Text>,
        device -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    account_links (token_hash) {
        token_hash -> Text,
        purpose -> Text,
        person_id -> Nullable<Text>,
        email -> Text,
        name -> Nullable<Text>,
        created_at -> Timestamp,
        ends_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    second_factors (person_id) {
        person_id -> Text,
        secret -> Text,
        confirmed_at -> Nullable<Timestamp>,
        last_step -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    recovery_codes (person_id, code_hash) {
        person_id -> Text,
        code_hash -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    known_devices (token_hash) {
        token_hash -> Text,
        person_id -> Text,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
    }
}

diesel::table! {
    attempts (kind, subject) {
        kind -> Text,
        subject -> Text,
        failures -> Integer,
        free_at -> Timestamp,
        last_at -> Timestamp,
    }
}

diesel::table! {
    role_changes (id) {
        id -> Text,
        person_id -> Text,
        change -> Text,
        role -> Text,
        authority_id -> Nullable<Text>,
        organization_id -> Nullable<Text>,
        reason -> Text,
        changed_by -> Nullable<Text>,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    role_invitations (token_hash) {
        token_hash -> Text,
        id -> Text,
        authority_id -> Text,
        role -> Text,
        email -> Text,
        reason -> Text,
        invited_by -> Text,
        invited_at -> Timestamp,
        ends_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        taken_by -> Nullable<Text>,
    }
}

diesel::table! {
    external_identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        person_id -> Text,
        linked_at -> Timestamp,
    }
}

diesel::table! {
    provider_visits (state_hash) {
        state_hash -> Text,
        issuer -> Text,
        browser_hash -> Text,
        nonce -> Text,
        code_verifier -> Text,
        person_id -> Nullable<Text>,
        next -> Text,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        private_pem -> Text,
        public_pem -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    budgets (id) {
        id -> Text,
        authority_id -> Text,
        person_id -> Text,
        name -> Text,
        funding_route -> Text,
        starts_on -> Date,
        ends_on -> Date,
        review_on -> Date,
        created_at -> Timestamp,
        period_length -> Text,
        renews -> Bool,
        council_paid_pence -> BigInt,
    }
}

diesel::table! {
    budget_terms (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        number -> Integer,
        starts_on -> Date,
        kind -> Text,
        rate_pence -> BigInt,
        rate_per -> Text,
        contribution_pence -> BigInt,
        bridging_pence -> BigInt,
        bridging_until -> Nullable<Date>,
        reason -> Text,
        set_by -> Nullable<Text>,
        set_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    budget_sources (terms_id, source) {
        terms_id -> Text,
        position -> Integer,
        source -> Text,
        share -> Integer,
    }
}

diesel::table! {
    budget_holders (terms_id, funding_route) {
        terms_id -> Text,
        position -> Integer,
        funding_route -> Text,
        share -> Integer,
        name -> Text,
        organization_id -> Nullable<Text>,
    }
}

diesel::table! {
    budget_periods (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        number -> Integer,
        starts_on -> Date,
        ends_on -> Date,
        funded_pence -> BigInt,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<Text>,
    }
}

diesel::table! {
    period_balances (period_id, source) {
        period_id -> Text,
        source -> Text,
        left_pence -> BigInt,
        carried_pence -> BigInt,
        returned_pence -> BigInt,
        committed_pence -> BigInt,
        owed_pence -> BigInt,
        paid_pence -> BigInt,
    }
}

diesel::table! {
    money_moves (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        other_budget_id -> Nullable<Text>,
        reason -> Text,
        source -> Text,
        amount_pence -> BigInt,
        note -> Text,
        moved_by -> Nullable<Text>,
        moved_at -> Timestamp,
        submission_key -> Text,
    }
}

diesel::table! {
    fund_returns (id) {
        id -> Text,
        authority_id -> Text,
        organization_id -> Text,
        budget_id -> Text,
        covers_from -> Date,
        covers_until -> Date,
        due_on -> Date,
        state -> Text,
        opening_pence -> BigInt,
        received_pence -> BigInt,
        spent_pence -> BigInt,
        balance_pence -> BigInt,
        ledger_pence -> BigInt,
        quarter_hours -> Integer,
        note -> Text,
        filed_by -> Nullable<Text>,
        filed_at -> Nullable<Timestamp>,
        answer -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        chased_on -> Nullable<Date>,
    }
}

diesel::table! {
    holding_requests (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        funding_route -> Text,
        starts_on -> Date,
        words -> Text,
        state -> Text,
        answer -> Text,
        asked_by -> Text,
        asked_at -> Timestamp,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        authority_id -> Text,
        owner_kind -> Text,
        owner_id -> Text,
        kind -> Text,
        part -> Text,
        balance_pence -> BigInt,
    }
}

diesel::table! {
    transfers (id) {
        id -> Text,
        authority_id -> Text,
        reason -> Text,
        cause_id -> Text,
        acted_by -> Nullable<Text>,
        idempotency_key -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    legs (transfer_id, account_id) {
        transfer_id -> Text,
        account_id -> Text,
        amount_pence -> BigInt,
    }
}

diesel::table! {
    purchases (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        person_id -> Text,
        organization_id -> Text,
        service_id -> Text,
        cost_option_id -> Text,
        unit -> Text,
        unit_price_pence -> BigInt,
        quantity -> Integer,
        total_pence -> BigInt,
        funding_route -> Text,
        ward_code -> Text,
        category_id -> Text,
        state -> Text,
        note -> Text,
        starts_on -> Date,
        submission_key -> Text,
        requested_at -> Timestamp,
    }
}

diesel::table! {
    purchase_steps (purchase_id, position) {
        purchase_id -> Text,
        position -> Integer,
        event -> Text,
        person_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        taken_at -> Timestamp,
    }
}

diesel::table! {
    invoices (id) {
        id -> Text,
        authority_id -> Text,
        organization_id -> Text,
        purchase_id -> Text,
        amount_pence -> BigInt,
        state -> Text,
        issued_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
        funding_route -> Text,
        paid_by -> Nullable<Text>,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        authority_id -> Text,
        purchase_id -> Text,
        quantity -> Integer,
        amount_pence -> BigInt,
        delivered_on -> Date,
        state -> Text,
        note -> Text,
        dispute -> Nullable<Text>,
        recorded_by -> Nullable<Text>,
        recorded_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        invoice_id -> Nullable<Text>,
        submission_key -> Text,
    }
}

diesel::table! {
    reviews (id) {
        id -> Text,
        service_id -> Text,
        person_id -> Text,
        purchase_id -> Text,
        stars -> Integer,
        reliability -> Nullable<Integer>,
        kindness -> Nullable<Integer>,
        communication -> Nullable<Integer>,
        value -> Nullable<Integer>,
        outcome -> Nullable<Integer>,
        words -> Text,
        anonymous -> Bool,
        written_at -> Timestamp,
        state -> Text,
    }
}

diesel::table! {
    service_ratings (service_id) {
        service_id -> Text,
        ones -> Integer,
        twos -> Integer,
        threes -> Integer,
        fours -> Integer,
        fives -> Integer,
    }
}

diesel::table! {
    events (seq) {
        seq -> BigInt,
        tx_id -> BigInt,
        authority_id -> Nullable<Text>,
        kind -> Text,
        subject_id -> Text,
        detail -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    followers (name) {
        name -> Text,
        tx_id -> BigInt,
        seq -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    demand_cells (authority_id, grain, step, month, ward_code) {
        authority_id -> Text,
        grain -> Integer,
        step -> Text,
        month -> Integer,
        ward_code -> Text,
        cells -> Binary,
    }
}

diesel::table! {
    demand_members (member_id) {
        member_id -> Text,
        ordinal -> Integer,
    }
}

diesel::table! {
    demand_changes (authority_id, month) {
        authority_id -> Text,
        month -> Integer,
        changes -> BigInt,
    }
}

diesel::table! {
    demand_noise (id) {
        id -> Integer,
        secret -> Text,
    }
}

diesel::table! {
    setting_changes (id) {
        id -> Text,
        authority_id -> Text,
        setting -> Text,
        before -> BigInt,
        after -> BigInt,
        changed_at -> Timestamp,
        changed_by -> Text,
    }
}

diesel::table! {
    daily_jobs (name) {
        name -> Text,
        day -> Date,
        after -> Text,
        finished -> Bool,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    still_right_letters (id) {
        id -> Text,
        organization_id -> Text,
        token_hash -> Text,
        sent_on -> Date,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    still_right_questions (letter_id, service_id) {
        letter_id -> Text,
        service_id -> Text,
        step -> Integer,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    service_checks (id) {
        id -> Text,
        service_id -> Text,
        checked_on -> Date,
        checked_at -> Timestamp,
        how -> Text,
        person_id -> Nullable<Text>,
    }
}

diesel::table! {
    wrong_reports (id) {
        id -> Text,
        service_id -> Text,
        organization_id -> Text,
        authority_id -> Nullable<Text>,
        what -> Text,
        words -> Text,
        address -> Nullable<Text>,
        from_provider -> Bool,
        visit_hash -> Nullable<Text>,
        network_hash -> Nullable<Text>,
        reported_at -> Timestamp,
        due_on -> Date,
        state -> Text,
        answered_at -> Nullable<Timestamp>,
        answered_by -> Nullable<Text>,
        answered_as -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    authority_contacts (authority_id) {
        authority_id -> Text,
        adult_care -> Text,
        out_of_hours -> Text,
        children -> Text,
        website -> Text,
        changed_at -> Timestamp,
        changed_by -> Text,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        token_hash -> Text,
        organization_id -> Nullable<Text>,
        authority_id -> Nullable<Text>,
        role -> Text,
        standing -> Nullable<Text>,
        email -> Text,
        invited_by -> Text,
        invited_at -> Timestamp,
        expires_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        accepted_by -> Nullable<Text>,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    service_versions (id) {
        id -> Text,
        service_id -> Text,
        organization_id -> Text,
        number -> Integer,
        state -> Text,
        document -> Text,
        revision -> Integer,
        written_by -> Nullable<Text>,
        written_at -> Timestamp,
        submitted_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    provider_references (organization_id, reference) {
        organization_id -> Text,
        reference -> Text,
        service_id -> Text,
    }
}

diesel::table! {
    service_uploads (id) {
        id -> Text,
        organization_id -> Text,
        uploaded_by -> Text,
        uploaded_at -> Timestamp,
        file_name -> Text,
        state -> Text,
        imported_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    service_upload_rows (upload_id, line) {
        upload_id -> Text,
        line -> Integer,
        reference -> Text,
        name -> Text,
        outcome -> Text,
        service_id -> Nullable<Text>,
        document -> Text,
        problems -> Text,
    }
}

diesel::table! {
    enquiries (id) {
        id -> Text,
        organization_id -> Text,
        service_id -> Text,
        person_id -> Nullable<Text>,
        name -> Text,
        email -> Text,
        question -> Text,
        submission_key -> Text,
        asked_at -> Timestamp,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    service_days (service_id, day) {
        service_id -> Text,
        day -> Date,
        views -> BigInt,
        appearances -> BigInt,
    }
}

diesel::table! {
    shortlists (id) {
        id -> Text,
        person_id -> Nullable<Text>,
        token_hash -> Nullable<Text>,
        share_token -> Nullable<Text>,
        created_at -> Timestamp,
        used_at -> Timestamp,
    }
}

diesel::table! {
    shortlist_entries (shortlist_id, service_id) {
        shortlist_id -> Text,
        service_id -> Text,
        note -> Text,
        added_at -> Timestamp,
    }
}

diesel::table! {
    saved_searches (id) {
        id -> Text,
        person_id -> Text,
        name -> Text,
        address -> Text,
        alerts -> Text,
        stop_token -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        last_letter_at -> Nullable<Timestamp>,
        watched -> Bool,
    }
}

diesel::table! {
    saved_search_matches (saved_search_id, service_id) {
        saved_search_id -> Text,
        service_id -> Text,
        found_at -> Timestamp,
        is_new -> Bool,
        told_at -> Nullable<Timestamp>,
        seen -> Bool,
    }
}

diesel::table! {
    cqc_locations (location_id) {
        location_id -> Text,
        provider_id -> Text,
        name -> Text,
        postal_code -> Text,
        registered -> Bool,
        ended_on -> Nullable<Date>,
        rating -> Nullable<Text>,
        rated_on -> Nullable<Date>,
        inherited -> Bool,
        source -> Text,
        checked_on -> Date,
    }
}

diesel::table! {
    cqc_readings (what) {
        what -> Text,
        read_to -> Timestamp,
    }
}

diesel::table! {
    feeds (id) {
        id -> Text,
        authority_id -> Text,
        name -> Text,
        url -> Nullable<Text>,
        licence -> Text,
        attribution -> Text,
        every_hours -> Integer,
        accepts_checks -> Bool,
        state -> Text,
        wanted -> Text,
        next_run_at -> Nullable<Timestamp>,
        lease_holder -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    feed_runs (id) {
        id -> Text,
        feed_id -> Text,
        state -> Text,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        complete -> Bool,
        problem -> Nullable<Text>,
        next_page -> Integer,
        read -> Integer,
        added -> Integer,
        changed -> Integer,
        unchanged -> Integer,
        refused -> Integer,
        vanished -> Integer,
        applied -> Integer,
    }
}

diesel::table! {
    feed_findings (run_id, position) {
        run_id -> Text,
        position -> Integer,
        source_id -> Text,
        outcome -> Text,
        name -> Text,
        notes -> Text,
        service_id -> Nullable<Text>,
        applied -> Bool,
    }
}

diesel::table! {
    feed_documents (run_id, position) {
        run_id -> Text,
        position -> Integer,
        document -> Text,
    }
}

diesel::table! {
    source_records (feed_id, source_id) {
        feed_id -> Text,
        source_id -> Text,
        service_id -> Text,
        fingerprint -> Text,
        document -> Text,
        source_url -> Nullable<Text>,
        licence -> Text,
        taken_at -> Timestamp,
        written_at -> Timestamp,
        vanished_on -> Nullable<Date>,
    }
}

diesel::table! {
    source_organizations (feed_id, source_id) {
        feed_id -> Text,
        source_id -> Text,
        organization_id -> Text,
    }
}

diesel::table! {
    paper_files (verification_id) {
        verification_id -> Text,
        sent_by -> Text,
        issued_on -> Nullable<Date>,
        file_key -> Nullable<Text>,
        file_kind -> Nullable<Text>,
    }
}

diesel::table! {
    paper_steps (id) {
        id -> Text,
        verification_id -> Text,
        step -> Text,
        taken_at -> Timestamp,
        taken_by -> Text,
        expires_on -> Nullable<Date>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    paper_reminders (verification_id, step) {
        verification_id -> Text,
        step -> Integer,
        reminded_on -> Date,
    }
}

diesel::table! {
    organization_steps (id) {
        id -> Text,
        organization_id -> Text,
        step -> Text,
        taken_at -> Timestamp,
        taken_by -> Text,
        reason -> Text,
    }
}

diesel::table! {
    review_replies (review_id) {
        review_id -> Text,
        organization_id -> Text,
        words -> Text,
        replied_by -> Text,
        replied_at -> Timestamp,
    }
}

diesel::table! {
    review_reports (id) {
        id -> Text,
        review_id -> Text,
        what -> Text,
        words -> Text,
        visit_hash -> Nullable<Text>,
        network_hash -> Nullable<Text>,
        reported_at -> Timestamp,
        open -> Bool,
    }
}

diesel::table! {
    review_decisions (id) {
        id -> Text,
        review_id -> Text,
        decision -> Text,
        reason -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    searches (id) {
        id -> Text,
        authority_id -> Nullable<Text>,
        day -> Date,
        district -> Nullable<Text>,
        words -> Text,
        filters -> Text,
        through -> Text,
        found -> BigInt,
        times -> BigInt,
    }
}

diesel::table! {
    wanted_support (id) {
        id -> Text,
        authority_id -> Nullable<Text>,
        asked_on -> Date,
        ward_code -> Nullable<Text>,
        district -> Nullable<Text>,
        category_id -> Nullable<Text>,
        words -> Text,
        submission_key -> Text,
    }
}

diesel::table! {
    spending_rules (id) {
        id -> Text,
        authority_id -> Text,
        category_id -> Nullable<Text>,
        kind -> Nullable<Text>,
        says -> Text,
        question -> Nullable<Text>,
        limit_pence -> Nullable<BigInt>,
        limit_per -> Nullable<Text>,
        words -> Text,
        ground -> Text,
        from_on -> Date,
        ends_on -> Nullable<Date>,
        set_by -> Text,
        set_at -> Timestamp,
        ended_by -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    spending_answers (purchase_id) {
        purchase_id -> Text,
        rule_id -> Text,
        answer -> Text,
        answered_at -> Timestamp,
    }
}

diesel::table! {
    spending_challenges (id) {
        id -> Text,
        authority_id -> Text,
        rule_id -> Text,
        budget_id -> Text,
        person_id -> Text,
        service_id -> Text,
        words -> Text,
        raised_by -> Text,
        raised_at -> Timestamp,
        due_on -> Date,
        state -> Text,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    payee_accounts (id) {
        id -> Text,
        holder_kind -> Text,
        holder_id -> Text,
        sealed -> Text,
        shown -> Text,
        set_by -> Text,
        set_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        funding_route -> Text,
        holder_name -> Text,
    }
}

diesel::table! {
    payment_runs (id) {
        id -> Text,
        authority_id -> Text,
        number -> Integer,
        funding_route -> Nullable<Text>,
        pay_on -> Date,
        state -> Text,
        line_count -> BigInt,
        total_pence -> BigInt,
        left_out -> BigInt,
        made_by -> Text,
        made_at -> Timestamp,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
        exported_at -> Nullable<Timestamp>,
        submission_key -> Text,
    }
}

diesel::table! {
    payment_run_numbers (authority_id) {
        authority_id -> Text,
        number -> Integer,
    }
}

diesel::table! {
    payment_lines (run_id, number) {
        run_id -> Text,
        number -> BigInt,
        invoice_id -> Nullable<Text>,
        organization_id -> Nullable<Text>,
        account_id -> Text,
        amount_pence -> BigInt,
        state -> Text,
        reason -> Nullable<Text>,
        budget_id -> Nullable<Text>,
        funding_route -> Nullable<Text>,
    }
}

diesel::table! {
    payment_run_steps (run_id, position) {
        run_id -> Text,
        position -> Integer,
        what -> Text,
        person_id -> Text,
        note -> Text,
        taken_at -> Timestamp,
    }
}

diesel::table! {
    spending_declarations (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        person_id -> Text,
        from_on -> Date,
        to_on -> Date,
        spent_pence -> BigInt,
        left_pence -> BigInt,
        words -> Text,
        declared_by -> Text,
        declared_at -> Timestamp,
        submission_key -> Text,
    }
}

diesel::table! {
    balance_questions (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        person_id -> Text,
        left_pence -> BigInt,
        weeks -> Integer,
        state -> Text,
        flagged_at -> Timestamp,
        asked_words -> Nullable<Text>,
        asked_by -> Nullable<Text>,
        asked_at -> Nullable<Timestamp>,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        note -> Nullable<Text>,
        closed_by -> Nullable<Text>,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    take_back_notices (id) {
        id -> Text,
        authority_id -> Text,
        budget_id -> Text,
        person_id -> Text,
        amount_pence -> BigInt,
        reason -> Text,
        given_by -> Text,
        given_at -> Timestamp,
        not_before -> Date,
        state -> Text,
        appeal -> Nullable<Text>,
        appealed_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decision -> Nullable<Text>,
        carried_out_on -> Nullable<Date>,
        carried_out_by -> Nullable<Text>,
        carried_out_key -> Nullable<Text>,
        taken_pence -> Nullable<BigInt>,
    }
}

diesel::table! {
    budgets_held_up (budget_id) {
        budget_id -> Text,
        authority_id -> Text,
        reason -> Text,
        since -> Timestamp,
        tried_at -> Timestamp,
    }
}

diesel::joinable!(budgets_held_up -> budgets (budget_id));
diesel::joinable!(payee_accounts -> people (set_by));
diesel::joinable!(payment_lines -> organizations (organization_id));
diesel::joinable!(payment_lines -> payee_accounts (account_id));
diesel::joinable!(payment_lines -> budgets (budget_id));
diesel::joinable!(payment_run_steps -> people (person_id));
diesel::joinable!(spending_rules -> authorities (authority_id));
diesel::joinable!(review_replies -> reviews (review_id));
diesel::joinable!(review_replies -> organizations (organization_id));
diesel::joinable!(review_reports -> reviews (review_id));
diesel::joinable!(review_decisions -> reviews (review_id));
diesel::joinable!(review_decisions -> people (decided_by));
diesel::joinable!(paper_files -> verifications (verification_id));
diesel::joinable!(paper_steps -> verifications (verification_id));
diesel::joinable!(paper_steps -> people (taken_by));
diesel::joinable!(paper_reminders -> verifications (verification_id));
diesel::joinable!(organization_steps -> organizations (organization_id));
diesel::joinable!(organization_steps -> people (taken_by));
diesel::table! {
    audit_heads (person_id) {
        person_id -> Text,
        length -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    audit_entries (person_id, position) {
        person_id -> Text,
        position -> BigInt,
        actor_id -> Nullable<Text>,
        role -> Nullable<Text>,
        organization_id -> Nullable<Text>,
        authority_id -> Nullable<Text>,
        acting_for -> Nullable<Text>,
        deed -> Text,
        what -> Text,
        subject_id -> Text,
        why -> Text,
        way -> Text,
        recorded_at -> Timestamp,
        hash -> Text,
    }
}

diesel::table! {
    representatives (id) {
        id -> Text,
        person_id -> Text,
        helper_id -> Nullable<Text>,
        email -> Nullable<Text>,
        kind -> Text,
        may_plan -> Bool,
        may_buy -> Bool,
        may_manage_money -> Bool,
        authority_id -> Nullable<Text>,
        evidence -> Text,
        granted_by -> Text,
        granted_at -> Timestamp,
        token_hash -> Nullable<Text>,
        accepted_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    data_copies (id) {
        id -> Text,
        person_id -> Text,
        state -> Text,
        asked_at -> Timestamp,
        ready_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        content -> Nullable<Binary>,
    }
}

diesel::table! {
    programs (id) {
        id -> Text,
        person_id -> Text,
        name -> Text,
        secret_hash -> Text,
        scopes -> Text,
        membership_id -> Nullable<Text>,
        created_at -> Timestamp,
        ends_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(still_right_letters -> organizations (organization_id));
diesel::joinable!(still_right_questions -> still_right_letters (letter_id));
diesel::joinable!(still_right_questions -> services (service_id));
diesel::joinable!(wrong_reports -> services (service_id));
diesel::joinable!(wrong_reports -> organizations (organization_id));
diesel::joinable!(setting_changes -> people (changed_by));
diesel::joinable!(accounts -> authorities (authority_id));
diesel::joinable!(budget_holders -> budget_terms (terms_id));
diesel::joinable!(budget_periods -> budgets (budget_id));
diesel::joinable!(budget_sources -> budget_terms (terms_id));
diesel::joinable!(budget_terms -> budgets (budget_id));
diesel::joinable!(fund_returns -> budgets (budget_id));
diesel::joinable!(fund_returns -> organizations (organization_id));
diesel::joinable!(holding_requests -> budgets (budget_id));
diesel::joinable!(money_moves -> people (moved_by));
diesel::joinable!(period_balances -> budget_periods (period_id));
diesel::joinable!(attributes -> services (service_id));
diesel::joinable!(attributes -> taxonomy_terms (taxonomy_term_id));
diesel::joinable!(budgets -> authorities (authority_id));
diesel::joinable!(budgets -> people (person_id));
diesel::joinable!(citizens -> authorities (authority_id));
diesel::joinable!(citizens -> people (person_id));
diesel::joinable!(citizens -> wards (ward_code));
diesel::joinable!(cost_options -> services (service_id));
diesel::joinable!(deliveries -> authorities (authority_id));
diesel::joinable!(deliveries -> invoices (invoice_id));
diesel::joinable!(deliveries -> people (recorded_by));
diesel::joinable!(deliveries -> purchases (purchase_id));
diesel::joinable!(demand_cells -> authorities (authority_id));
diesel::joinable!(demand_changes -> authorities (authority_id));
diesel::joinable!(events -> authorities (authority_id));
diesel::joinable!(invoices -> authorities (authority_id));
diesel::joinable!(invoices -> organizations (organization_id));
diesel::joinable!(invoices -> purchases (purchase_id));
diesel::joinable!(legs -> accounts (account_id));
diesel::joinable!(legs -> transfers (transfer_id));
diesel::joinable!(memberships -> authorities (authority_id));
diesel::joinable!(memberships -> organizations (organization_id));
diesel::joinable!(memberships -> people (person_id));
diesel::joinable!(purchase_steps -> people (person_id));
diesel::joinable!(purchase_steps -> purchases (purchase_id));
diesel::joinable!(purchases -> authorities (authority_id));
diesel::joinable!(purchases -> budgets (budget_id));
diesel::joinable!(purchases -> cost_options (cost_option_id));
diesel::joinable!(purchases -> organizations (organization_id));
diesel::joinable!(purchases -> people (person_id));
diesel::joinable!(purchases -> services (service_id));
diesel::joinable!(purchases -> taxonomy_terms (category_id));
diesel::joinable!(purchases -> wards (ward_code));
diesel::joinable!(reviews -> people (person_id));
diesel::joinable!(reviews -> purchases (purchase_id));
diesel::joinable!(reviews -> services (service_id));
diesel::joinable!(service_areas -> services (service_id));
diesel::joinable!(service_at_locations -> locations (location_id));
diesel::joinable!(service_at_locations -> services (service_id));
diesel::joinable!(service_ratings -> services (service_id));
diesel::joinable!(schedules -> services (service_id));
diesel::joinable!(areas_served -> services (service_id));
diesel::joinable!(funding_accepted -> services (service_id));
diesel::joinable!(verifications -> organizations (organization_id));
diesel::joinable!(services -> organizations (organization_id));
diesel::joinable!(services -> taxonomy_terms (category_id));
diesel::joinable!(sessions -> people (person_id));
diesel::joinable!(second_factors -> people (person_id));
diesel::joinable!(role_invitations -> authorities (authority_id));
diesel::joinable!(transfers -> authorities (authority_id));
diesel::joinable!(transfers -> people (acted_by));
diesel::joinable!(wards -> authorities (authority_id));
diesel::joinable!(provider_references -> organizations (organization_id));
diesel::joinable!(service_uploads -> organizations (organization_id));
diesel::joinable!(service_upload_rows -> service_uploads (upload_id));
diesel::joinable!(enquiries -> organizations (organization_id));
diesel::joinable!(enquiries -> services (service_id));
diesel::joinable!(service_days -> services (service_id));
diesel::joinable!(service_versions -> organizations (organization_id));
diesel::joinable!(invitations -> organizations (organization_id));
diesel::joinable!(invitations -> authorities (authority_id));
diesel::joinable!(shortlists -> people (person_id));
diesel::joinable!(shortlist_entries -> shortlists (shortlist_id));
diesel::joinable!(shortlist_entries -> services (service_id));
diesel::joinable!(saved_searches -> people (person_id));
diesel::joinable!(saved_search_matches -> saved_searches (saved_search_id));
diesel::joinable!(saved_search_matches -> services (service_id));
diesel::joinable!(feed_documents -> feed_runs (run_id));
diesel::joinable!(feed_findings -> feed_runs (run_id));
diesel::joinable!(feed_runs -> feeds (feed_id));
diesel::joinable!(feeds -> authorities (authority_id));
diesel::joinable!(source_organizations -> feeds (feed_id));
diesel::joinable!(source_organizations -> organizations (organization_id));
diesel::joinable!(source_records -> feeds (feed_id));
diesel::joinable!(source_records -> services (service_id));
diesel::table! {
    questionnaires (id) {
        id -> Text,
        authority_id -> Text,
        number -> Integer,
        state -> Text,
        content -> Text,
        effective_from -> Nullable<Date>,
        effective_until -> Nullable<Date>,
        created_by -> Nullable<Text>,
        created_at -> Timestamp,
        changed_at -> Timestamp,
        published_by -> Nullable<Text>,
        published_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    assessments (id) {
        id -> Text,
        authority_id -> Text,
        person_id -> Text,
        questionnaire_id -> Text,
        state -> Text,
        answers -> Text,
        points -> Nullable<BigInt>,
        weekly_pence -> Nullable<BigInt>,
        working -> Nullable<Text>,
        started_by -> Text,
        started_at -> Timestamp,
        changed_at -> Timestamp,
        finished_by -> Nullable<Text>,
        finished_as -> Nullable<Text>,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    support_plans (id) {
        id -> Text,
        authority_id -> Nullable<Text>,
        person_id -> Text,
        state -> Text,
        content -> Text,
        revision -> BigInt,
        version -> Integer,
        created_by -> Text,
        created_at -> Timestamp,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    plan_lines (plan_id, position) {
        plan_id -> Text,
        position -> Integer,
        service_id -> Nullable<Text>,
        words -> Text,
        rhythm -> Text,
        quantity -> Integer,
        price_pence -> BigInt,
        is_free -> Bool,
    }
}

diesel::table! {
    plan_versions (id) {
        id -> Text,
        plan_id -> Text,
        number -> Integer,
        content -> Text,
        cost_pence -> BigInt,
        budget_pence -> Nullable<BigInt>,
        assessment_id -> Nullable<Text>,
        handed_over_by -> Text,
        handed_over_as -> Text,
        handed_over_at -> Timestamp,
    }
}

diesel::table! {
    plan_comments (id) {
        id -> Text,
        plan_id -> Text,
        about -> Text,
        words -> Text,
        written_by -> Text,
        written_as -> Text,
        written_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    plan_checks (version_id, question) {
        version_id -> Text,
        question -> Text,
        passed -> Bool,
        note -> Text,
        checked_by -> Text,
        checked_at -> Timestamp,
    }
}

diesel::table! {
    plan_signatures (version_id, side) {
        version_id -> Text,
        side -> Text,
        signed_by -> Text,
        signed_as -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    agreed_budgets (id) {
        id -> Text,
        authority_id -> Text,
        person_id -> Text,
        version_id -> Text,
        indicative_weekly_pence -> Nullable<BigInt>,
        weekly_pence -> BigInt,
        reason -> Text,
        starts_on -> Date,
        ends_on -> Date,
        bridge_weekly_pence -> BigInt,
        bridge_weeks -> Integer,
        changes_budget_id -> Nullable<Text>,
        budget_id -> Nullable<Text>,
        decided_by -> Text,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    plan_reviews (id) {
        id -> Text,
        authority_id -> Text,
        person_id -> Text,
        plan_id -> Text,
        version_id -> Text,
        state -> Text,
        risk -> Text,
        due_on -> Date,
        told_at -> Nullable<Timestamp>,
        content -> Nullable<Text>,
        held_on -> Nullable<Date>,
        held_by -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    shared_plans (id) {
        id -> Text,
        person_id -> Text,
        need_group -> Text,
        age_band -> Text,
        content -> Text,
        worked -> Text,
        shared_by -> Text,
        shared_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    audit_entries,
    audit_heads,
    questionnaires,
    shared_plans,
    assessments,
    support_plans,
    plan_lines,
    plan_versions,
    plan_comments,
    plan_checks,
    plan_signatures,
    agreed_budgets,
    plan_reviews,
    representatives,
    data_copies,
    programs,
    accounts,
    attributes,
    authorities,
    budget_holders,
    budget_periods,
    budget_sources,
    budget_terms,
    budgets,
    fund_returns,
    holding_requests,
    money_moves,
    period_balances,
    citizens,
    cost_options,
    deliveries,
    demand_cells,
    demand_changes,
    demand_members,
    demand_noise,
    events,
    followers,
    invoices,
    legs,
    locations,
    memberships,
    organizations,
    people,
    purchase_steps,
    purchases,
    reviews,
    service_areas,
    service_at_locations,
    service_ratings,
    services,
    sessions,
    signing_keys,
    taxonomy_terms,
    transfers,
    wards,
    schedules,
    areas_served,
    funding_accepted,
    verifications,
    authority_settings,
    letters,
    account_links,
    second_factors,
    recovery_codes,
    known_devices,
    attempts,
    role_changes,
    role_invitations,
    external_identities,
    provider_visits,
    setting_changes,
    daily_jobs,
    still_right_letters,
    still_right_questions,
    service_checks,
    wrong_reports,
    authority_contacts,
    invitations,
    service_versions,
    provider_references,
    service_uploads,
    service_upload_rows,
    enquiries,
    service_days,
    shortlists,
    shortlist_entries,
    saved_searches,
    saved_search_matches,
    cqc_locations,
    cqc_readings,
    feed_documents,
    feed_findings,
    feed_runs,
    feeds,
    source_organizations,
    source_records,
    paper_files,
    paper_steps,
    paper_reminders,
    organization_steps,
    review_replies,
    review_reports,
    review_decisions,
    searches,
    wanted_support,
    spending_rules,
    spending_answers,
    spending_challenges,
    payee_accounts,
    payment_runs,
    payment_run_numbers,
    payment_lines,
    payment_run_steps,
    spending_declarations,
    balance_questions,
    take_back_notices,
    budgets_held_up,
);
