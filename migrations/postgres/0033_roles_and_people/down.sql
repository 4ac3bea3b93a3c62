DROP TABLE provider_visits;
DROP TABLE external_identities;
DROP TABLE role_invitations;
DROP TABLE role_changes;
