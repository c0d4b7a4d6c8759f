import './button.css';
import { type ComponentPropsWithRef, type ReactNode, useState } from 'react';

type ButtonProps = ComponentPropsWithRef<'button'> & { readonly tone?: 'accent' | 'danger' | 'quiet' | 'link' };

/** A button with words on it; it submits only where `type="submit"` is said. */
export const Button = ({ tone = 'quiet', className = '', type = 'button', ...rest }: ButtonProps) => (
  <button {...rest} type={type} className={`button button-${tone} ${className}`} />
);

type IconButtonProps = Omit<
  ComponentPropsWithRef<'button'>,
  'aria-label' | 'children' | 'onPointerEnter' | 'onPointerLeave' | 'onFocus' | 'onBlur'
> & {
  readonly label: string;
  /** What the tooltip says where the accessible name would be too long. */
  readonly hint?: string;
  /** The key that does the same, as it is printed on the keyboard. */
  readonly shortcut?: string;
  readonly side?: 'below' | 'below-start' | 'below-end' | 'above';
  readonly children: ReactNode;
};

/** A button with a picture on it: `label` is its name, and its tooltip shows the key. */
export const IconButton = (props: IconButtonProps) => {
  const { label, hint = label, shortcut, side = 'below', className = '', type = 'button', children, ...rest } = props;
  // A long list has many of these, and of their tooltips nobody sees more than one.
  const [isNear, setIsNear] = useState(false);
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      className={`icon-button ${className}`}
      onPointerEnter={() => setIsNear(true)}
      onPointerLeave={() => setIsNear(false)}
      onFocus={() => setIsNear(true)}
      onBlur={() => setIsNear(false)}
    >
      {children}
      {isNear ? <Tooltip hint={hint} side={side} {...(shortcut === undefined ? {} : { shortcut })} /> : null}
    </button>
  );
};

type TooltipProps = Pick<IconButtonProps, 'hint' | 'shortcut' | 'side'>;

/** Shown while the element around it is hovered or holds the keyboard's focus. */
export const Tooltip = ({ hint, shortcut, side = 'below' }: TooltipProps) => (
  <span className={`tooltip tooltip-${side}`} aria-hidden="true">
    {hint}
    {shortcut === undefined ? null : <kbd>{shortcut}</kbd>}
  </span>
);
