// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

interface IERC1363Sender {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferAndCall(address to, uint256 value, bytes calldata data) external returns (bool);
}

/// @notice A reserve that is drawn from and a season that counts points, honest or not, as it was told last.
contract Patron {
    /// @notice How it behaves.
    enum Mood {
        Generous,
        Stingy,
        Lying,
        Refusing,
        Boasting,
        Reentrant,
        Greedy
    }

    /// @notice What a season was told.
    event Points(address indexed account, uint8 indexed kind, uint256 amount);

    IERC1363Sender private immutable TOKEN;
    Mood private _mood;
    address private _target;
    bytes private _data;

    constructor(IERC1363Sender token) {
        TOKEN = token;
    }

    /// @notice Behaves like this from now on. Reentrant: sends what is drawn to `target` with `data`, and says that it was granted.
    function become(Mood mood, address target, bytes calldata data) external {
        (_mood, _target, _data) = (mood, target, data);
    }

    /// @notice The reserve's side: generous sends all, stingy a third, boasting half and says all that fits a word.
    function draw(uint8, uint256 amount) external returns (uint256 granted) {
        _check();
        if (_mood == Mood.Lying) return amount;
        if (_mood == Mood.Reentrant) {
            TOKEN.transferAndCall(_target, amount, _data);
            return amount;
        }
        granted = _mood == Mood.Stingy ? amount / 3 : _mood == Mood.Boasting ? amount / 2 : amount;
        TOKEN.transfer(msg.sender, granted);
        if (_mood == Mood.Boasting) granted = type(uint256).max;
    }

    /// @notice The season's side.
    function addPoints(address account, uint8 kind, uint256 amount) external {
        _check();
        emit Points(account, kind, amount);
    }

    function _check() private view {
        require(_mood != Mood.Refusing, "refused");
        while (_mood == Mood.Greedy) {}
    }
}
