import './skeleton-rows.css';

const ROWS = [
  { id: 1, width: 'long' },
  { id: 2, width: 'short' },
  { id: 3, width: 'medium' },
  { id: 4, width: 'long' },
  { id: 5, width: 'medium' },
  { id: 6, width: 'short' },
  { id: 7, width: 'medium' },
  { id: 8, width: 'long' },
];

/** The shape of a list that is on its way. */
export const SkeletonRows = () => (
  <div>
    <p className="visually-hidden">Loading the tasks…</p>
    <div className="skeleton" aria-hidden="true">
      {ROWS.map(({ id, width }) => (
        <div key={id} className={`skeleton-row skeleton-${width}`}>
          <span />
          <span />
        </div>
      ))}
    </div>
  </div>
);
