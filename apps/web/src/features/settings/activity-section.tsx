import type { ActivityEvent } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { WarningIcon } from '../../components/icons.tsx';
import { sayDay, sayInstant, sayTime } from '../../dates.ts';
import { trpc } from '../../trpc.ts';
import { ACTIVITY_WORDS } from './activity-words.ts';
import { describeDevice, sayAddress } from './device.ts';
import { LoadState } from './load-state.tsx';
import { SettingsSection } from './settings-page.tsx';

const groupByDay = (events: readonly ActivityEvent[]): ReadonlyMap<string, readonly ActivityEvent[]> => {
  const days = new Map<string, ActivityEvent[]>();
  for (const event of events) {
    const day = sayDay(event.createdAt);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return days;
};

export const ActivitySection = () => {
  const activity = trpc.account.activity.useQuery();
  const utils = trpc.useUtils();
  const retry = async () => {
    // One that hangs would be waited for once more.
    await utils.account.activity.cancel();
    await activity.refetch();
  };
  return (
    <SettingsSection
      title="Activity"
      lead={
        <>
          What happened to your account in the last 90 days. Something that was not you?{' '}
          <Link to="/settings/password">Change your password</Link>.
        </>
      }
    >
      <LoadState
        what="The activity"
        label="Loading the activity…"
        rows={5}
        query={activity}
        onRetry={() => void retry()}
      />
      {activity.data?.length === 0 ? <p className="settings-text">Nothing happened in the last 90 days.</p> : null}
      {activity.data === undefined || activity.data.length === 0 ? null : (
        <div>
          {[...groupByDay(activity.data)].map(([day, events]) => (
            <section key={day} className="activity-day" aria-label={day}>
              <h2>{day}</h2>
              <ul className="settings-list">
                {events.map((event) => (
                  <Happening key={event.id} event={event} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </SettingsSection>
  );
};

const Happening = ({ event }: { readonly event: ActivityEvent }) => {
  const { title, hint } = ACTIVITY_WORDS[event.kind];
  return (
    <li className={hint === undefined ? undefined : 'activity-warning'}>
      {hint === undefined ? null : <WarningIcon />}
      <div className="settings-list-text">
        <strong>{title}</strong>
        <small>
          {describeDevice(event.userAgent).name}, {sayAddress(event.address)}
        </small>
        {hint === undefined ? null : <small>{hint}</small>}
      </div>
      <time dateTime={event.createdAt} title={sayInstant(event.createdAt)}>
        {sayTime(event.createdAt)}
      </time>
    </li>
  );
};
