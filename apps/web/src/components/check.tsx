import './check.css';

type CheckProps = {
  readonly label: string;
  readonly isChecked: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: () => void;
};

/** The round check: a real checkbox, 24 wide in a hit area of 44. */
export const Check = ({ label, isChecked, isDisabled = false, onChange }: CheckProps) => (
  <span className="check">
    <input type="checkbox" aria-label={label} checked={isChecked} disabled={isDisabled} onChange={onChange} />
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <circle className="check-ring" cx="12" cy="12" r="9.25" />
      <path className="check-mark" d="m7.75 12.4 3 3 5.5-6.5" pathLength="1" />
    </svg>
  </span>
);
