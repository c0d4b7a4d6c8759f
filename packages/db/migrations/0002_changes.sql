CREATE TABLE "change_clock" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL,
	"purged_revision" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
DROP INDEX "tasks_by_creation";--> statement-breakpoint
DROP INDEX "tasks_by_completion";--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "revision" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "change_clock" ADD CONSTRAINT "change_clock_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tasks_in_trash" ON "tasks" USING btree ("user_id","created_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "tasks_by_revision" ON "tasks" USING btree ("user_id","revision");--> statement-breakpoint
CREATE INDEX "tasks_by_creation" ON "tasks" USING btree ("user_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "tasks_by_completion" ON "tasks" USING btree ("user_id","completed","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
-- What was there before is a first change of its user's.
INSERT INTO "change_clock" ("user_id", "revision") SELECT DISTINCT "user_id", 1 FROM "tasks";--> statement-breakpoint
UPDATE "tasks" SET "revision" = 1;
