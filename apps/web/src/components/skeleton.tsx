import './skeleton.css';

type SkeletonProps = { readonly label: string; readonly rows: number; readonly isLate?: boolean };

/** The shape of rows that are on their way. A late one is not seen where they come quickly. */
export const Skeleton = ({ label, rows, isLate = false }: SkeletonProps) => (
  <div className="skeleton-block" data-late={isLate}>
    <p className="visually-hidden">{label}</p>
    <div className="skeleton-lines" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  </div>
);
