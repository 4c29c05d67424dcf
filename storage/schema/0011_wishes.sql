CREATE INDEX subscriptions_wishes ON subscriptions (channel)
    WHERE depth IS NOT NULL OR reach IS NOT NULL;
