-- Who was logged in once may log in again without an invite, whatever came in between.
ALTER TABLE accounts ADD COLUMN admitted_at timestamptz;
UPDATE accounts SET admitted_at = changed_at WHERE state IN ('READY', 'EXPIRED', 'LOGGED_OUT');
