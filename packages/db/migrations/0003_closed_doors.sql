DROP INDEX "tasks_by_revision";--> statement-breakpoint
ALTER TABLE "change_clock" ADD COLUMN "task_count" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "change_clock" ADD COLUMN "byte_count" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "email_links" ADD COLUMN "account_email" text;--> statement-breakpoint
ALTER TABLE "email_links" ADD COLUMN "password_version" integer;--> statement-breakpoint
-- Links that are out stay good.
UPDATE "email_links" SET "account_email" = "users"."email", "password_version" = "users"."password_version"
	FROM "users" WHERE "users"."id" = "email_links"."user_id";--> statement-breakpoint
ALTER TABLE "email_links" ALTER COLUMN "account_email" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "email_links" ALTER COLUMN "password_version" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "email_change_id" uuid;--> statement-breakpoint
UPDATE "users" SET "email_change_id" = "newest"."id" FROM (
	SELECT DISTINCT ON ("user_id") "user_id", "id" FROM (
		SELECT "user_id", "id", "expires_at" FROM "email_links" WHERE "kind" = 'email-change' AND "used_at" IS NULL
		UNION ALL SELECT "user_id", "id", "created_at" + interval '30 minutes' FROM "outbox" WHERE "kind" = 'email-change'
	) AS "changes" ORDER BY "user_id", "expires_at" DESC
) AS "newest" WHERE "newest"."user_id" = "users"."id";--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "account_email" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "password_version" integer;--> statement-breakpoint
UPDATE "outbox" SET "account_email" = "users"."email", "password_version" = "users"."password_version"
	FROM "users" WHERE "outbox"."kind" IN ('password-reset', 'email-change')
	AND ("users"."id" = "outbox"."user_id" OR ("outbox"."user_id" IS NULL AND "users"."email" = "outbox"."recipient"));--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "confirmed_counter" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "sessions" SET "confirmed_counter" = "refresh_counter" WHERE "refresh_counter" > 0;--> statement-breakpoint
CREATE INDEX "email_links_by_expiry" ON "email_links" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "rate_limits_by_expiry" ON "rate_limits" USING btree ("expire");--> statement-breakpoint
CREATE INDEX "sessions_by_expiry" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "tasks_by_deletion" ON "tasks" USING btree ("deleted_at") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "tasks_by_revision" ON "tasks" USING btree ("user_id","revision","id");--> statement-breakpoint
-- Statement by statement where whole rows come and go, so that a thousand of them are one update of the clock.
CREATE FUNCTION "count_tasks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO change_clock AS clock (user_id, revision, task_count, byte_count)
			SELECT user_id, 0, count(*), sum(octet_length(title) + octet_length(description)) FROM added GROUP BY user_id
			ON CONFLICT (user_id) DO UPDATE SET
				task_count = clock.task_count + excluded.task_count, byte_count = clock.byte_count + excluded.byte_count;
	ELSE
		UPDATE change_clock AS clock SET
			task_count = clock.task_count - gone.task_count, byte_count = clock.byte_count - gone.byte_count
			FROM (
				SELECT user_id, count(*) AS task_count, sum(octet_length(title) + octet_length(description)) AS byte_count
				FROM removed GROUP BY user_id
			) AS gone
			WHERE clock.user_id = gone.user_id;
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "count_task_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE change_clock SET byte_count = byte_count
		+ octet_length(NEW.title) + octet_length(NEW.description) - octet_length(OLD.title) - octet_length(OLD.description)
		WHERE user_id = NEW.user_id;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "tasks_are_counted_when_added" AFTER INSERT ON "tasks"
	REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_tasks"();--> statement-breakpoint
CREATE TRIGGER "tasks_are_counted_when_removed" AFTER DELETE ON "tasks"
	REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_tasks"();--> statement-breakpoint
CREATE TRIGGER "tasks_are_measured" AFTER UPDATE OF "title", "description" ON "tasks" FOR EACH ROW
	WHEN (octet_length(OLD.title) + octet_length(OLD.description) IS DISTINCT FROM octet_length(NEW.title) + octet_length(NEW.description))
	EXECUTE FUNCTION "count_task_bytes"();--> statement-breakpoint
INSERT INTO "change_clock" ("user_id", "revision", "task_count", "byte_count")
	SELECT "user_id", 0, count(*), sum(octet_length("title") + octet_length("description")) FROM "tasks" GROUP BY "user_id"
	ON CONFLICT ("user_id") DO UPDATE SET "task_count" = excluded."task_count", "byte_count" = excluded."byte_count";
